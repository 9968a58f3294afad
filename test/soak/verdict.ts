/** One look at the machine. */
export interface Sample {
  readonly seconds: number;
  /** Resident bytes beyond the guest's RAM that was touched. */
  readonly beyond: number;
}

const MIB = 2 ** 20;
/** Most bytes beyond the guest's RAM. */
export const LIMIT = 300 * MIB;
/** Growth that is called flat: over the last half, from its first quarter to its last. */
const FLAT = 10 * MIB;

const mean = (samples: readonly Sample[]): number =>
  samples.reduce((sum, { beyond }) => sum + beyond, 0) / samples.length;

/** What is wrong with a soak, in words; empty if nothing is. */
export function faults(samples: readonly Sample[]): string[] {
  const peak = Math.max(...samples.map(({ beyond }) => beyond));
  const half = samples.slice(samples.length >> 1);
  const quarter = Math.max(1, half.length >> 2);
  const growth = mean(half.slice(-quarter)) - mean(half.slice(0, quarter));
  return [
    ...(peak > LIMIT ? [`${(peak / MIB).toFixed(0)} MiB beyond guest RAM, more than ${LIMIT / MIB}`] : []),
    ...(growth > FLAT ? [`grows by ${(growth / MIB).toFixed(1)} MiB over the last half`] : []),
  ];
}
