import { PASSES, type PassName } from '../ir/passes/passes.ts';

const passes = Object.fromEntries(Object.entries(PASSES).map(([name, { doc }]) => [name, doc])) as Record<
  PassName,
  string
>;

/**
 * What the translator does for speed alone. Each can be switched off, to measure what it brings or to
 * find out which of them is to blame: `-accel tcg,without=NAME+NAME`.
 */
export const OPTIMIZATIONS = {
  headers: 'a loop whose region was left is soon the beginning of a region',
  switches: 'where computed jumps were seen to go is part of the regions that they are in',
  pointers: 'indirect calls go directly to functions that they were seen to call',
  clusters: 'regions that call one another are made together and call each other directly',
  segment: 'one comparison for the longest run of memory that is mapped in one piece, before the TLB',
  groups: 'accesses at constant distances from one value share a check',
  inlining: 'small callees become part of the regions that call them',
  recursion: 'small functions that call themselves or their callers are inlined once',
  floats: 'regions keep f registers in locals that are floats',
  nests: 'a region that begins in an inner loop has the outer ones around it',
  loops: 'registers that a loop does not write are stored before it',
  steady: 'regions read once per entry what does not change in them: whether floating point is on, how it rounds',
  fusion: 'a multiply-add is one operation of the host, if it has one that rounds once',
  ...passes,
} as const satisfies Readonly<Record<string, string>>;

export type Optimization = keyof typeof OPTIMIZATIONS;
/** Those that are switched on. */
export type Optimizations = ReadonlySet<Optimization>;

export function isOptimization(name: string): name is Optimization {
  return Object.hasOwn(OPTIMIZATIONS, name);
}

/** All but those named. */
export function optimizationsWithout(names: readonly Optimization[]): Optimizations {
  return new Set((Object.keys(OPTIMIZATIONS) as Optimization[]).filter((name) => !names.includes(name)));
}
