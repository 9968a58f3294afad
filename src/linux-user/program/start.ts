import { ELIBBAD, ENOEXEC } from '../errno.ts';
import type { Abi } from '../abi/abi.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE } from '../memory/address-space.ts';
import { PAGE, PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { GuestProcess } from '../process.ts';
import { readElf, type ReadFile } from './elf.ts';
import { loadElf, type Loaded, type ProgramFile } from './load.ts';
import { AT, buildStack, type InitialStack } from './stack.ts';
import { mapVdso } from './vdso.ts';

const STACK_BYTES = 8 << 20;
/** Pages at the end of the window that nothing uses. */
const GUARD_PAGES = 16;

/** A file that is to be run. */
export interface OpenProgram extends ProgramFile {
  readonly read: ReadFile;
  /** Opens the dynamic linker that the program names; a negative errno. */
  openInterpreter(name: string): OpenProgram | number;
  close(): void;
}

export interface NewProgram {
  readonly file: OpenProgram;
  readonly argv: readonly Uint8Array[];
  readonly envp: readonly Uint8Array[];
  /** AT_EXECFN. */
  readonly path: Uint8Array;
  readonly random: Uint8Array;
  readonly ids: { readonly uid: number; readonly euid: number; readonly gid: number; readonly egid: number };
}

export interface StartedProgram {
  readonly pc: number;
  readonly stack: InitialStack;
}

/** Why a program cannot be run, as a negative errno; checked before anything of the old one is lost. */
export function checkProgram({ elfMachine }: Abi, file: OpenProgram): number {
  const elf = readElf(file.read);
  if (typeof elf === 'number') return elf;
  if (elf.machine !== elfMachine) return -ENOEXEC;
  if (elf.interpreter === undefined) return 0;
  const interpreter = file.openInterpreter(elf.interpreter);
  if (typeof interpreter === 'number') return interpreter;
  const linker = readElf(interpreter.read);
  interpreter.close();
  return typeof linker === 'number' || linker.machine !== elfMachine ? -ELIBBAD : 0;
}

/** Puts a program, its dynamic linker and its stack into an empty address space; a negative errno if it cannot be. */
export function startProgram(process: GuestProcess, program: NewProgram): StartedProgram | number {
  const { abi, space, memory } = process;
  const { file } = program;
  const elf = readElf(file.read);
  if (typeof elf === 'number') return elf;
  if (elf.machine !== abi.elfMachine) return -ENOEXEC;
  const top = space.size - GUARD_PAGES * PAGE;
  const stackSize = process.options.stackSize ?? STACK_BYTES;
  const lowest = top - stackSize;
  const at = space.map(lowest, stackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED);
  if (at < 0) return at;
  const loaded = loadElf(space, memory, file, elf, false);
  if (typeof loaded === 'number') return loaded;
  let interpreter: Loaded | undefined;
  if (elf.interpreter !== undefined) {
    const other = file.openInterpreter(elf.interpreter);
    if (typeof other === 'number') return other;
    const otherElf = readElf(other.read);
    if (typeof otherElf === 'number' || otherElf.machine !== abi.elfMachine) return -ELIBBAD;
    const linker = loadElf(space, memory, other, otherElf, true);
    other.close();
    if (typeof linker === 'number') return linker;
    interpreter = linker;
  }
  process.heap[0] = Math.ceil(loaded.end / PAGE) * PAGE;
  process.heap[1] = process.heap[0];
  const vdso = mapVdso(abi, space, memory);
  if (typeof vdso === 'number') return vdso;
  process.signals.signalReturn = vdso.signalReturn;
  const { ids } = program;
  const auxiliary: (readonly [number, number])[] = [
    [AT.PHDR, loaded.headersAddress],
    [AT.PHENT, 56],
    [AT.PHNUM, elf.headers],
    [AT.PAGESZ, PAGE],
    [AT.BASE, interpreter?.bias ?? 0],
    [AT.FLAGS, 0],
    [AT.ENTRY, loaded.entry],
    [AT.UID, ids.uid],
    [AT.EUID, ids.euid],
    [AT.GID, ids.gid],
    [AT.EGID, ids.egid],
    [AT.HWCAP, abi.hwcap],
    [AT.CLKTCK, 100],
    [AT.SECURE, 0],
    [AT.SYSINFO_EHDR, vdso.address],
  ];
  const stack = buildStack(memory, top, lowest, { ...program, auxiliary });
  if (typeof stack === 'number') return stack;
  process.program.set(file.name, stack, { start: loaded.bias, end: loaded.end });
  // What is translated for accesses that are not checked would be of no use soon.
  if (process.images?.expectsChecks === true) process.checkAccesses();
  return { pc: interpreter?.entry ?? loaded.entry, stack };
}
