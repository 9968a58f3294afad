/**
 * Who counts, for whom, and what. A provider is two callbacks: what there is to count, which may differ
 * from host to host and is therefore no part of the monitor's schema, and how much it is now.
 * Reading is synchronous and stops no vCPU: the numbers are in memory that is shared with whoever counts.
 */
export interface StatsProvider {
  readonly name: ProviderName;
  readonly targets: readonly StatsTarget[];
  /** What there is for a target, in the order of `values`. May depend on the host, not on the moment. */
  schema(target: StatsTarget): readonly StatsElement[];
  /** The numbers of the machine, or of one vCPU. A provider that cannot read them throws a UserError. */
  values(subject: StatsSubject): readonly StatsEntry[];
}

/** Providers that clients may ask for by name. One that a machine does not have answers with nothing. */
export const PROVIDER_NAMES = ['kvm', 'tcg', 'block', 'irq', 'memory', 'monitor', 'timers'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

export const STATS_TARGETS = ['vm', 'vcpu'] as const;
export type StatsTarget = (typeof STATS_TARGETS)[number];

export type StatsSubject = { readonly target: 'vm' } | { readonly target: 'vcpu'; readonly vcpu: number };

/** One number: for its whole life it is named by target, provider and name. */
export interface StatsElement {
  readonly name: string;
  /** For people, in a sentence. */
  readonly doc: string;
  readonly type: StatsType;
  readonly unit?: StatsUnit;
  /** The value counts units of base^exponent: base 10 and exponent -9 are billionths. */
  readonly base?: 2 | 10;
  readonly exponent?: number;
  /** Of a linear histogram: the width of each bucket. */
  readonly bucketSize?: number;
}

/**
 * - cumulative: only grows, except at a reset of what is counted
 * - instant: goes up and down
 * - peak: the highest so far
 * - linear-histogram: bucket i counts values from i × bucketSize
 * - log2-histogram: bucket 0 counts zeros, bucket i values from 2^(i-1)
 *
 * Of both, buckets ascend and the last has no upper end.
 */
export const STATS_TYPES = ['cumulative', 'instant', 'peak', 'linear-histogram', 'log2-histogram'] as const;
export type StatsType = (typeof STATS_TYPES)[number];

export const STATS_UNITS = ['bytes', 'seconds', 'cycles', 'boolean'] as const;
export type StatsUnit = (typeof STATS_UNITS)[number];

/** The unit `boolean` goes with true and false, a histogram with a list, all else with a number. */
export type StatsValue = number | bigint | boolean | readonly (number | bigint)[];

export interface StatsEntry {
  readonly name: string;
  readonly value: StatsValue;
}
