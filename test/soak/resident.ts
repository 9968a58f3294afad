/** What of a process is resident, by Linux: all of it, and what of its guest's RAM was ever touched. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const PAGE = 4096;

export interface Resident {
  /** Bytes, and the most there ever were. */
  readonly all: number;
  readonly peak: number;
  readonly guest: number;
}

/** Guest RAM of `ram` bytes is at the end of the largest private mapping, the machine's one memory. */
export function residentOf(pid: number, ram: number): Resident {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)![1]) * 1024;
  const mappings = readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^([\da-f]+)-([\da-f]+) rw-p \S+ \S+ 0\s*$/gm);
  let start = 0;
  let end = 0;
  for (const [, from, to] of mappings) {
    const [first, last] = [Number.parseInt(from!, 16), Number.parseInt(to!, 16)];
    if (last - first > end - start) [start, end] = [first, last];
  }
  return { all: kilobytes('VmRSS'), peak: kilobytes('VmHWM'), guest: presentPages(pid, end - ram, ram / PAGE) * PAGE };
}

/** Pages from an address on that are in memory: bit 63 of their words in /proc/PID/pagemap. */
function presentPages(pid: number, address: number, pages: number): number {
  const words = new Uint8Array(pages * 8);
  const file = openSync(`/proc/${pid}/pagemap`, 'r');
  readSync(file, words, 0, words.length, (address / PAGE) * 8);
  closeSync(file);
  let present = 0;
  for (let i = 7; i < words.length; i += 8) if ((words[i]! & 0x80) !== 0) present++;
  return present;
}
