import type { Type } from './types.ts';

/**
 * Every operation of the IR, declared once: its shape for the builder, the parser and the verifier,
 * what it does beside making a value, and its description. The oracle's evaluation of the pure ones
 * is in evaluate.ts, the translators' in jit.
 *
 * `args`: the type of each argument, T being the type written on the operation. `result`: T, a
 * type, or none.
 */
export interface OpDefinition {
  readonly args: readonly (Type | 'T' | '*')[];
  readonly result: Type | 'T' | 'none';
  /** pure: may be moved or dropped; state: reads or writes guest registers; memory: may fault;
   * control: may leave the unit. */
  readonly effect: 'pure' | 'state' | 'memory' | 'control';
  readonly types: readonly Type[];
  readonly doc: string;
}

const INT: readonly Type[] = ['i8', 'i16', 'i32', 'i64', 'i128'];
const WORD: readonly Type[] = ['i32', 'i64'];
const FLOAT: readonly Type[] = ['f32', 'f64'];
const ALL: readonly Type[] = ['i8', 'i16', 'i32', 'i64', 'i128', 'f32', 'f64', 'v128'];
const V: readonly Type[] = ['v128'];

const pure = (
  args: OpDefinition['args'],
  result: OpDefinition['result'],
  types: readonly Type[],
  doc: string,
): OpDefinition => ({ args, result, effect: 'pure', types, doc });
const other = (
  effect: OpDefinition['effect'],
  args: OpDefinition['args'],
  result: OpDefinition['result'],
  types: readonly Type[],
  doc: string,
): OpDefinition => ({ args, result, effect, types, doc });

const TT = ['T', 'T'] as const;

export const OPS = {
  const: pure([], 'T', ALL, 'A constant.'),
  operand: pure([], 'T', WORD, 'In a template: an operand of the instruction, sign-extended.'),
  pc: pure([], 'T', WORD, 'Address of this instruction plus `value` bytes, or plus an operand.'),
  next_pc: pure([], 'T', WORD, 'Address of the instruction after this one.'),

  add: pure(TT, 'T', INT, 'Wrapping sum.'),
  sub: pure(TT, 'T', INT, 'Wrapping difference.'),
  mul: pure(TT, 'T', INT, 'Low half of the product.'),
  mulhi_s: pure(TT, 'T', WORD, 'High half of the signed product.'),
  mulhi_u: pure(TT, 'T', WORD, 'High half of the unsigned product.'),
  mulhi_su: pure(TT, 'T', WORD, 'High half of signed times unsigned.'),
  div_s: pure(TT, 'T', WORD, 'Signed quotient; the divisor is not 0 and the quotient fits.'),
  div_u: pure(TT, 'T', WORD, 'Unsigned quotient; the divisor is not 0.'),
  rem_s: pure(TT, 'T', WORD, 'Signed remainder; the divisor is not 0.'),
  rem_u: pure(TT, 'T', WORD, 'Unsigned remainder; the divisor is not 0.'),
  and: pure(TT, 'T', [...INT, 'v128'], 'Bitwise and.'),
  or: pure(TT, 'T', [...INT, 'v128'], 'Bitwise or.'),
  xor: pure(TT, 'T', [...INT, 'v128'], 'Bitwise exclusive or.'),
  shl: pure(TT, 'T', INT, 'Shift left; the amount is taken modulo the width.'),
  shr_u: pure(TT, 'T', INT, 'Logical shift right; the amount is taken modulo the width.'),
  shr_s: pure(TT, 'T', INT, 'Arithmetic shift right; the amount is taken modulo the width.'),
  rotl: pure(TT, 'T', WORD, 'Rotate left.'),
  rotr: pure(TT, 'T', WORD, 'Rotate right.'),
  clz: pure(['T'], 'T', WORD, 'Leading zero bits; the width for 0.'),
  ctz: pure(['T'], 'T', WORD, 'Trailing zero bits; the width for 0.'),
  popcnt: pure(['T'], 'T', WORD, 'Bits that are set.'),
  bswap: pure(['T'], 'T', ['i16', 'i32', 'i64'], 'Bytes in reverse order.'),
  clmul: pure(TT, 'T', ['i64'], 'Low half of the carry-less product.'),
  clmulh: pure(TT, 'T', ['i64'], 'High half of the carry-less product.'),
  eq: pure(TT, 'i32', INT, '1 if equal.'),
  ne: pure(TT, 'i32', INT, '1 if different.'),
  lt_s: pure(TT, 'i32', INT, '1 if less, signed.'),
  lt_u: pure(TT, 'i32', INT, '1 if less, unsigned.'),
  le_s: pure(TT, 'i32', INT, '1 if less or equal, signed.'),
  le_u: pure(TT, 'i32', INT, '1 if less or equal, unsigned.'),
  select: pure(['i32', 'T', 'T'], 'T', ALL, 'The second argument if the first is not 0, else the third.'),
  trunc: pure(['*'], 'T', INT, 'Low bits of a wider integer.'),
  extend_s: pure(['*'], 'T', INT, 'Sign-extend a narrower integer.'),
  extend_u: pure(['*'], 'T', INT, 'Zero-extend a narrower integer.'),
  extract_s: pure(['T'], 'T', WORD, '`length` bits from bit `value`, sign-extended.'),
  extract_u: pure(['T'], 'T', WORD, '`length` bits from bit `value`, zero-extended.'),
  deposit: pure(
    TT,
    'T',
    WORD,
    'The first argument with `length` bits from bit `value` replaced by the low bits of the second.',
  ),
  pair: pure(['i64', 'i64'], 'i128', ['i128'], 'An i128 from its low and its high half.'),
  lo: pure(['i128'], 'i64', ['i64'], 'Low half.'),
  hi: pure(['i128'], 'i64', ['i64'], 'High half.'),
  mul_wide_s: pure(['i64', 'i64'], 'i128', ['i128'], 'Full signed product.'),
  mul_wide_u: pure(['i64', 'i64'], 'i128', ['i128'], 'Full unsigned product.'),
  add_carry: pure(['i64', 'i64', 'i32'], 'i128', ['i128'], 'Sum with carry in; the carry out is the high half.'),
  test: pure(
    TT,
    'i32',
    WORD,
    'A condition (`lane`) on the flags that the operation `kind` (add, sub, logic) sets for its two inputs; the inputs are what a guest keeps as its condition-code registers.',
  ),
  bitcast: pure(['*'], 'T', ['i32', 'i64', 'f32', 'f64'], 'The same bits as another type.'),

  fneg: pure(['T'], 'T', FLOAT, 'The other sign bit; a NaN is no exception.'),
  fabs: pure(['T'], 'T', FLOAT, 'The sign bit cleared; a NaN is no exception.'),
  fcopysign: pure(TT, 'T', FLOAT, "The first argument with the second's sign bit; NaNs are no exception."),

  v_splat: pure(['*'], 'T', V, 'Every lane the same integer.'),
  v_add: pure(TT, 'T', V, 'Lane-wise wrapping sum.'),
  v_sub: pure(TT, 'T', V, 'Lane-wise wrapping difference.'),
  v_extract: pure(['v128'], 'T', WORD, 'Lane `value`, zero-extended.'),
  v_replace: pure(['v128', '*'], 'T', V, 'With lane `value` replaced.'),

  fp: other(
    'state',
    ['*'],
    'T',
    ['i32', 'i64', 'f32', 'f64'],
    "A floating-point operation of softfloat's table; the last argument is the rounding mode (i32); accrues flags into the state field fflags.",
  ),

  get: other('state', [], 'T', ALL, 'Read a guest register.'),
  set: other('state', ['T'], 'none', ALL, 'Write a guest register.'),

  load: other('memory', ['i64'], 'T', ALL, 'Load from guest memory; may fault or reach a device.'),
  store: other('memory', ['i64', 'T'], 'none', ALL, 'Store to guest memory; may fault or reach a device.'),
  atomic_rmw: other('memory', ['i64', 'T'], 'T', WORD, 'Atomic read-modify-write; gives the old value.'),
  atomic_cas: other(
    'memory',
    ['i64', 'T', 'T'],
    'T',
    WORD,
    'Atomic compare and swap (address, expected, new); gives the old value.',
  ),
  load_reserved: other('memory', ['i64'], 'T', WORD, 'Load and hold a reservation of its address and value.'),
  store_conditional: other('memory', ['i64', 'T'], 'i32', WORD, 'Store if the reservation still holds: 0, else 1.'),
  fence: other('memory', [], 'none', [], 'Memory fence of the given order.'),

  if: other('control', ['i32'], 'none', [], 'Do what follows if the argument is not 0.'),
  else: other('control', [], 'none', [], 'Otherwise.'),
  end: other('control', [], 'none', [], 'End of the innermost if.'),
  insn_start: other(
    'control',
    [],
    'none',
    [],
    'A guest instruction begins: `value` bytes into the unit, `length` bytes long.',
  ),
  call: other('control', ['*'], 'T', ['i32', 'i64'], 'Call a helper.'),
  branch: other('control', ['i32'], 'none', [], 'Leave for `target` if the argument is not 0.'),
  jump: other('control', [], 'none', [], 'Leave for `target`.'),
  jump_reg: other('control', ['i64'], 'none', [], 'Leave for a computed address.'),
  exit: other(
    'control',
    [],
    'none',
    [],
    'Leave for the next instruction through the run loop, where interrupts and mode changes take effect.',
  ),
} as const satisfies Record<string, OpDefinition>;

export type OpName = keyof typeof OPS;

export const definitionOf = (op: OpName): OpDefinition => OPS[op];

/** Names in softfloat's table of operations; the table itself is in softfloat/. */
export type FpOpName = string;

/**
 * A helper: host code that the guest's semantics call for what the IR does not express. Integer
 * arguments and the result cross through the CPU's argument slots (i64 never crosses the border of
 * JavaScript). It declares what it touches, so that a translator keeps everything else in
 * registers.
 */
export interface HelperDefinition {
  readonly name: string;
  readonly args: readonly ('i32' | 'i64')[];
  readonly result: 'i32' | 'i64' | 'none';
  /** State fields it reads or writes. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** May raise an exception of this instruction: pc is current before the call. */
  readonly faults: boolean;
  /** Always does: what comes after it is not reached. */
  readonly raises: boolean;
  /** May move pc or change mode, mapping or interrupt state: the unit is left when it says so. */
  readonly exits: boolean;
  /** Needs the count of retired instructions to be exact. */
  readonly counts: boolean;
  readonly doc: string;
}
