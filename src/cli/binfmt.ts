/**
 * `tinamou binfmt`: how Linux is told to run programs of another architecture with ours (Linux,
 * Documentation/admin-guide/binfmt-misc.rst). A file is recognized by bytes of its ELF header under a mask.
 */
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';

interface Architecture {
  readonly name: string;
  readonly machine: number;
  /** EI_CLASS, EI_DATA. */
  readonly elfClass: 1 | 2;
  readonly elfData: 1 | 2;
}

const ARCHITECTURES: readonly Architecture[] = [{ name: 'riscv64', machine: 243, elfClass: 2, elfData: 1 }];
/** None: what runs programs is a script with files beside it, which has to be there when it runs (so no F). */
const FLAGS = '';
/** Bytes that are compared: to the end of e_machine. */
const LENGTH = 20;

/** What is to be written to /proc/sys/fs/binfmt_misc/register. */
export function registration({ name, machine, elfClass, elfData }: Architecture, interpreter: string): string {
  const magic = new Uint8Array(LENGTH);
  magic.set([0x7f, 0x45, 0x4c, 0x46, elfClass, elfData, 1]);
  const view = new DataView(magic.buffer);
  const isLittle = elfData === 1;
  view.setUint16(16, 2, isLittle);
  view.setUint16(18, machine, isLittle);
  const mask = new Uint8Array(LENGTH).fill(0xff);
  // Neither the operating system's ABI nor what follows it counts; programs are ET_EXEC or ET_DYN.
  mask[7] = 0;
  mask[isLittle ? 16 : 17] = 0xfe;
  const text = `:tinamou-${name}:M::${escaped(magic)}:${escaped(mask)}:${interpreter}:${FLAGS}`;
  if (text.length > LONGEST) throw new UserError(`binfmt: the kernel takes no path as long as ${interpreter}`);
  return text;
}

/** The kernel reads no more. */
const LONGEST = 1920;

const escaped = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');

/** Prints the registrations, one a line. `programs`: the directory of the installed programs. */
export function binfmtText(programs: string): string {
  return ARCHITECTURES.map(
    (architecture) => `${registration(architecture, join(programs, `tinamou-${architecture.name}`))}\n`,
  ).join('');
}
