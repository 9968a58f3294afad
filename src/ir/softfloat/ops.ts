/** The table of operations: every family for every format, under a code that never changes. */
import { add, sub } from './add.ts';
import { classify } from './classify.ts';
import { eq, le, leQuiet, lt, ltQuiet } from './compare.ts';
import type { FpContext } from './context.ts';
import { toF16, toF32, toF64 } from './convert-format.ts';
import { div } from './div.ts';
import { max, maximum, min, minimum } from './extremum.ts';
import type { FpType, HostRule } from './family.ts';
import { fma } from './fma.ts';
import { FORMATS } from './format.ts';
import type { FloatFormat, FormatName } from './format.ts';
import { fromI32, fromI64, fromU32, fromU64 } from './from-integer.ts';
import { mul } from './mul.ts';
import { roundInt, roundIntExact } from './round-integral.ts';
import { sqrt } from './sqrt.ts';
import { toI32, toI64, toU32, toU64 } from './to-integer.ts';

/** Append only, at most 64: the position is the low six bits of the code. */
const FAMILIES = [
  add,
  sub,
  mul,
  div,
  sqrt,
  fma,
  min,
  max,
  minimum,
  maximum,
  eq,
  lt,
  le,
  ltQuiet,
  leQuiet,
  classify,
  toI32,
  toU32,
  toI64,
  toU64,
  fromI32,
  fromU32,
  fromI64,
  fromU64,
  roundInt,
  roundIntExact,
  toF16,
  toF32,
  toF64,
] as const;

type Name = `${FormatName}.${(typeof FAMILIES)[number]['name']}`;

/** For example `f64.add`. */
export type FpOpName = Exclude<Name, 'f16.toF16' | 'f32.toF32' | 'f64.toF64'>;

export interface FpOp {
  readonly name: FpOpName;
  readonly code: number;
  readonly doc: string;
  readonly format: FloatFormat;
  /** Types of the operands a, b, c. */
  readonly args: readonly FpType[];
  readonly result: FpType;
  /** The rounding mode matters. */
  readonly rounds: boolean;
  /** When the host's operation may be used instead. */
  readonly host: HostRule;
  readonly run: (cx: FpContext) => void;
}

function operationsOf(format: FloatFormat): FpOp[] {
  const own = (type: FpType | 'f'): FpType => (type === 'f' ? format.name : type);
  return FAMILIES.flatMap((family, index) => {
    if (family.result === format.name) return [];
    return [
      {
        name: `${format.name}.${family.name}` as FpOpName,
        code: (format.index << 6) | index,
        doc: family.doc,
        format,
        args: family.args.map(own),
        result: own(family.result),
        rounds: family.rounds,
        host: family.host,
        run: (cx: FpContext) => family.run(cx, format),
      },
    ];
  });
}

/** Every operation, by rising code. */
export const FP_OPS: readonly FpOp[] = FORMATS.flatMap(operationsOf);

const BY_NAME: ReadonlyMap<string, FpOp> = new Map(FP_OPS.map((op) => [op.name, op]));

export function isFpOpName(name: string): name is FpOpName {
  return BY_NAME.has(name);
}

export function fpOp(name: FpOpName): FpOp {
  const op = BY_NAME.get(name);
  if (op === undefined) throw new RangeError(`no floating-point operation is called ${name}`);
  return op;
}

export function fpCode(name: FpOpName): number {
  return fpOp(name).code;
}
