import { VERSION } from '../../base/version.ts';
import { optionGroups } from './table.ts';
import type { Option } from './option.ts';

/** The version of QEMU whose command line and protocols these are. */
const LIKE = '7.2';
const INDENT = 16;
const WIDTH = 80;

export function versionText(): string {
  return `Tinamou emulator version ${VERSION} (command line and protocols of QEMU ${LIKE})\n`;
}

export function helpText(): string {
  const groups = optionGroups.map(({ title, options }) => `${title}:\n${options.map(describe).join('')}`);
  return `${versionText()}usage: tinamou-system-riscv64 [options]\n\n${groups.join('\n')}`;
}

/** An option's lines of a help text. */
export function describe<S>({ name, aliases, argument, help }: Option<S>): string {
  const names = [name, ...aliases].map((each) => `-${each}`).join(' or ');
  const head = argument === undefined ? names : `${names} ${argument}`;
  const lines = wrap(help, WIDTH - INDENT);
  const first = head.length < INDENT ? head.padEnd(INDENT) + lines.shift()! : head;
  return [first, ...lines.map((line) => ' '.repeat(INDENT) + line)].join('\n') + '\n';
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line === '') lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] += ` ${word}`;
    else lines.push(word);
  }
  return lines;
}
