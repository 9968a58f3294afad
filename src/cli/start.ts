/** `tinamou run`: from nothing to a guest's prompt in one command. */
import { join } from 'node:path';
import type { Guest } from './guest/catalog.ts';
import { fetchGuest, type FetchOptions } from './guest/fetch.ts';

export type StartOptions = FetchOptions & {
  /** Options to add to the guest's own; the machine takes the last of a kind. */
  extra?: readonly string[];
};

/** This program's file is cli/NAME below the package, wherever this module is. */
const PROGRAMS = join(process.argv[1]!, '..', '..', '..', 'bin');

/** Fetches the guest if need be and becomes the program that runs it. */
export async function start(guest: Guest, options: StartOptions = {}): Promise<never> {
  const { kernel, initrd } = await fetchGuest(guest, options);
  const args = [...guest.options, '-kernel', kernel, '-initrd', initrd, ...(options.extra ?? [])];
  process.stderr.write(`\n  ${[guest.program, ...args].map(quoted).join(' ')}\n\n${HOW_TO_LEAVE}\n`);
  // Becoming the program, not starting it, leaves the terminal and signals to one process.
  const program = join(PROGRAMS, guest.program);
  process.execve!(program, [program, ...args], process.env as Record<string, string>);
  return undefined as never;
}

const HOW_TO_LEAVE = `Booting; the first prompt takes a little while.
To leave: Ctrl-A x, or \`poweroff -f\` in the guest. Ctrl-A h lists the other keys.
`;

/** As one would type it in a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
