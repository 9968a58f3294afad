/**
 * A family declares one operation for every format: its operands, meaning, code that runs it,
 * and when the host's own operation may stand in for it.
 */
import type { FpContext } from './context.ts';
import type { FloatFormat, FormatName } from './format.ts';

/** `f` is the format the family is instantiated for; `i1` a truth value, `mask` a set of classes. */
export type FpType = FormatName | 'i32' | 'u32' | 'i64' | 'u64' | 'i1' | 'mask';

/** Operands and result of a host operation, as host numbers (f16 and f32 are among them exactly). */
export interface HostCase {
  readonly format: FloatFormat;
  readonly rm: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** What the host computed; NaN if the family's predicate does not read it. */
  readonly r: number;
}

export interface HostRule {
  /** The host operation and the predicate in words. */
  readonly doc: string;
  /** True if the host's result is the operation's, and no flag but NX is raised. */
  readonly exact: (x: HostCase) => boolean;
}

export interface Family<N extends string = string> {
  readonly name: N;
  readonly doc: string;
  readonly args: readonly (FpType | 'f')[];
  readonly result: FpType | 'f';
  /** The rounding mode matters. */
  readonly rounds: boolean;
  readonly host: HostRule;
  readonly run: (cx: FpContext, format: FloatFormat) => void;
}

export function family<const N extends string>(name: N, rest: Omit<Family<N>, 'name'>): Family<N> {
  return { name, ...rest };
}
