import type { SbiHost } from './host.ts';
import type { FirmwareCounters } from './pmu-state.ts';
import type { SbiResult } from './result.ts';

/** One call: who calls, and whom the function may ask. */
export interface SbiCall {
  readonly hart: number;
  readonly host: SbiHost;
  readonly pmu: FirmwareCounters;
  readonly extensions: ReadonlyMap<bigint, SbiExtension>;
}

/** Declaration of a function. The arguments are named in the order of the registers from a0. */
interface FunctionDeclaration<Args extends Readonly<Record<string, string>>> {
  readonly doc: string;
  readonly args?: Args;
  readonly run: (call: SbiCall, args: { readonly [name in keyof Args]: bigint }) => SbiResult;
}

export interface SbiFunction {
  /** FID, a6. */
  readonly id: number;
  readonly name: string;
  readonly doc: string;
  /** Name and meaning of each argument from a0. */
  readonly args: Readonly<Record<string, string>>;
  /** `x` are the caller's registers x0 to x31. */
  readonly run: (call: SbiCall, x: BigUint64Array) => SbiResult;
}

export interface SbiExtension {
  /** EID, a7. */
  readonly id: number;
  readonly name: string;
  readonly doc: string;
  readonly functions: readonly SbiFunction[];
  /** The legacy extensions: a6 does not count, a1 is left alone, the result stands in a0. */
  readonly legacy?: true;
}

const A0 = 10;

export function sbiFunction<const Args extends Readonly<Record<string, string>> = Record<never, never>>(
  id: number,
  name: string,
  { doc, args, run }: FunctionDeclaration<Args>,
): SbiFunction {
  const names = Object.keys(args ?? {});
  return {
    id,
    name,
    doc,
    args: args ?? {},
    run(call, x) {
      const values: Record<string, bigint> = {};
      for (let i = 0; i < names.length; i++) values[names[i]!] = x[A0 + i]!;
      return run(call, values as { readonly [name in keyof Args]: bigint });
    },
  };
}

/** A parameter that the specification says is 32 bits wide: the rest of the register is ignored. */
export function u32(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}
