/** The kernels, and the modes each of them runs in. */
import { UserError } from '../../src/base/errors.ts';

export type Group = 'integer' | 'floating point';

export interface Kernel {
  /** Of its source, too. */
  readonly name: string;
  readonly group: Group;
  /** For a second or more under native QEMU. */
  readonly rounds: number;
  /** As many times as much as a program of user mode, which has no MMU. */
  readonly moreInUserMode?: number;
}

/** A program of user mode is to take some seconds, too. */
const MORE_IN_USER_MODE = 4;

export function roundsOf({ rounds, moreInUserMode = MORE_IN_USER_MODE }: Kernel, mode: Mode): number {
  return mode === 'u' ? rounds * moreInUserMode : rounds;
}

export const KERNELS: readonly Kernel[] = [
  { name: 'mix', group: 'integer', rounds: 5_000 },
  { name: 'sha256', group: 'integer', rounds: 1_100 },
  { name: 'sort', group: 'integer', rounds: 170 },
  { name: 'calls', group: 'integer', rounds: 1_800 },
  { name: 'bytecode', group: 'integer', rounds: 40 },
  { name: 'strings', group: 'integer', rounds: 3_500 },
  { name: 'stream', group: 'integer', rounds: 8, moreInUserMode: 40 },
  { name: 'nbody', group: 'floating point', rounds: 8_000 },
  { name: 'matmul', group: 'floating point', rounds: 100 },
];

/** Machine mode without translation; supervisor mode under Sv39; as a program of Linux in user mode. */
export const MODES = ['m', 's', 'u'] as const;
/** Those of a whole machine. */
export const SYSTEM_MODES: readonly Mode[] = ['m', 's'];
export type Mode = (typeof MODES)[number];

/** The ones with these names; without names all. */
export function select<T>(all: readonly T[], names: readonly string[] | undefined, nameOf: (item: T) => string): T[] {
  const unknown = names?.find((name) => all.every((item) => nameOf(item) !== name));
  if (unknown !== undefined) throw new UserError(`no '${unknown}': there are ${all.map(nameOf).join(', ')}`);
  return all.filter((item) => names?.includes(nameOf(item)) ?? true);
}
