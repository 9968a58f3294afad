import type { Caller } from '../calls/caller.ts';
import { STRUCTURES } from '../abi/structures.ts';
import { readLow } from '../abi/layout.ts';
import { MAPPED, PAGE, PROT_EXEC, PROT_READ, PROT_WRITE, SHARED } from '../memory/pages.ts';

/** What of a page's flags makes it another line of the list than the one before it. */
const SHOWN = PROT_READ | PROT_WRITE | PROT_EXEC | MAPPED | SHARED;
/** Where names begin. */
const NAME_COLUMN = 73;

/** /proc/PID/maps: a line for each run of pages that are alike. */
export function mapsText(caller: Caller): string {
  const { pages, files } = caller.process.space;
  const { flags, mapping, count } = pages;
  const identities = new Map<string, string>();
  let text = '';
  for (let first = 0; first < count;) {
    const shown = flags[first]! & SHOWN;
    const number = mapping[first]!;
    let end = first + 1;
    while (end < count && (flags[end]! & SHOWN) === shown && mapping[end] === number) end++;
    if (shown !== 0) {
      const record = files.at(number);
      const name = record === undefined ? label(caller, first, end) : record.name;
      const position = record === undefined ? 0 : record.position + (first - record.firstPage) * PAGE;
      let identity = '00:00 0';
      if (record !== undefined) {
        identity = identities.get(name) ?? identify(caller, name);
        identities.set(name, identity);
      }
      const range = `${hex(first * PAGE)}-${hex(end * PAGE)}`;
      const line = `${range} ${access(shown)} ${hex(position)} ${identity} `;
      text += name === '' ? `${line}\n` : `${line.padEnd(NAME_COLUMN)}${escaped(name)}\n`;
    }
    first = end;
  }
  return text;
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');

function access(flags: number): string {
  const letter = (bit: number, name: string): string => ((flags & bit) === 0 ? '-' : name);
  const shared = (flags & SHARED) === 0 ? 'p' : 's';
  return letter(PROT_READ, 'r') + letter(PROT_WRITE, 'w') + letter(PROT_EXEC, 'x') + shared;
}

function label(caller: Caller, first: number, end: number): string {
  const { heap, program } = caller.process;
  const [start, to] = [first * PAGE, end * PAGE];
  if (start < heap[1]! && to > heap[0]!) return '[heap]';
  const stack = program.get('pointer');
  return stack >= start && stack < to ? '[stack]' : '';
}

const escaped = (name: string): string => name.replaceAll('\n', '\\012');

/** Device and inode of a file, as the list shows them. */
function identify(caller: Caller, path: string): string {
  const { scratch, host } = caller;
  scratch.reset();
  const { stat } = STRUCTURES[host.processor];
  const at = scratch.allocate(stat.size);
  host.int(0, -100);
  host.at(1, scratch.string(path));
  host.at(2, at);
  host.int(3, 0);
  if (host.call(host.numbers.newfstatat) < 0) return '00:00 0';
  const { view } = scratch;
  const device = readLow(view, at + stat.fields['st_dev']!.offset, 4);
  const inode = scratch.u64(at + stat.fields['st_ino']!.offset);
  const major = (device >>> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
  const two = (value: number): string => value.toString(16).padStart(2, '0');
  return `${two(major)}:${two(minor)} ${inode}`;
}
