import { E2BIG } from '../errno.ts';
import type { UserMemory } from '../memory/user-memory.ts';

/** Types of the auxiliary vector (Linux, include/uapi/linux/auxvec.h). */
export const AT = {
  NULL: 0,
  PHDR: 3,
  PHENT: 4,
  PHNUM: 5,
  PAGESZ: 6,
  BASE: 7,
  FLAGS: 8,
  ENTRY: 9,
  UID: 11,
  EUID: 12,
  GID: 13,
  EGID: 14,
  PLATFORM: 15,
  HWCAP: 16,
  CLKTCK: 17,
  SECURE: 23,
  RANDOM: 25,
  HWCAP2: 26,
  EXECFN: 31,
  SYSINFO_EHDR: 33,
} as const;

export interface StackContents {
  /** As bytes, since paths and arguments are. */
  readonly argv: readonly Uint8Array[];
  readonly envp: readonly Uint8Array[];
  /** AT_EXECFN. */
  readonly path: Uint8Array;
  /** For AT_RANDOM: 16. */
  readonly random: Uint8Array;
  /** What the kernel knows besides, in the order in which it tells. */
  readonly auxiliary: readonly (readonly [type: number, value: number])[];
}

export interface InitialStack {
  /** The stack pointer at the program's first instruction. */
  readonly pointer: number;
  /** Where the strings of argv begin and end, for /proc/self/cmdline. */
  readonly argumentsStart: number;
  readonly argumentsEnd: number;
  /** Those of the environment begin there, and end here. */
  readonly environmentEnd: number;
  readonly auxiliary: number;
  readonly auxiliaryLength: number;
}

/** Lays out a new program's stack (System V ABI, "process initialization"); words of 8 bytes. */
export function buildStack(
  memory: UserMemory,
  top: number,
  lowest: number,
  { argv, envp, path, random, auxiliary }: StackContents,
): InitialStack | number {
  const strings = [...argv, ...envp, path];
  const length = strings.reduce((sum, string) => sum + string.length + 1, random.length + 8);
  const words = 1 + argv.length + 1 + envp.length + 1 + 2 * (auxiliary.length + 3);
  // A quarter of the stack is for arguments.
  if (length + 8 * words > (top - lowest) / 4) return -E2BIG;
  let at = top - 8 - length;
  const start = at;
  const place = (bytes: Uint8Array, isString = true): number => {
    const address = at;
    memory.bytes.set(bytes, address);
    at += bytes.length;
    if (isString) memory.bytes[at++] = 0;
    return address;
  };
  const arguments_ = argv.map((string) => place(string));
  const argumentsEnd = at;
  const environment = envp.map((string) => place(string));
  const environmentEnd = at;
  const file = place(path);
  const randomAddress = place(random, false);
  const vector = [...auxiliary, [AT.RANDOM, randomAddress], [AT.EXECFN, file], [AT.NULL, 0]] as const;
  const pointer = Math.floor((start - 8 * words) / 16) * 16;
  let word = pointer;
  const push = (value: number): void => {
    memory.view.setUint32(word, value % 2 ** 32, true);
    memory.view.setUint32(word + 4, Math.floor(value / 2 ** 32), true);
    word += 8;
  };
  push(argv.length);
  for (const address of arguments_) push(address);
  push(0);
  for (const address of environment) push(address);
  push(0);
  const auxiliaryAddress = word;
  for (const [type, value] of vector) {
    push(type);
    push(value);
  }
  return {
    pointer,
    argumentsStart: start,
    argumentsEnd,
    environmentEnd,
    auxiliary: auxiliaryAddress,
    auxiliaryLength: word - auxiliaryAddress,
  };
}
