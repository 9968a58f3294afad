import type { Builder, Operand } from '../../ir/builder.ts';
import type { Node, Unit } from '../../ir/node.ts';
import { raiseIllegal } from './helpers.ts';
import { setFlag, setW, setX } from './registers.ts';

/**
 * What the floating-point extensions share (Unprivileged ISA 20240411, chapters 20 and 21): the
 * check that the unit is on, the rounding mode, NaN boxing, and the shapes of operations.
 */

/** mstatus.FS (Privileged ISA 20240411, 3.1.6.6): 0 is off. */
const FS = 0x6000;
const DYN = 7;
const RMM = 4;

/** What the code of a unit has already established; only instructions that end a block undo it. */
const established = new WeakMap<Unit, Set<'on' | 'dirty' | 'frm'>>();

function once(g: Builder, fact: 'on' | 'dirty' | 'frm', emit: () => void): void {
  let facts = established.get(g.unit);
  if (facts === undefined) established.set(g.unit, (facts = new Set()));
  if (facts.has(fact)) return;
  facts.add(fact);
  emit();
}

function illegalIf(g: Builder, condition: Node): void {
  g.if(condition);
  g.call(raiseIllegal, g.i32(0));
  g.end();
}

/** Illegal instruction if the unit is off; the first thing that a floating-point instruction does. */
export function requireFloat(g: Builder): void {
  once(g, 'on', () => illegalIf(g, g.eq(g.and(g.get('mstatus'), g.i64(FS)), g.i64(0))));
}

/** Notes that an f register or fcsr is written. */
function markDirty(g: Builder): void {
  once(g, 'dirty', () => g.set('fpDirty', 0, g.i32(1)));
}

/** The rounding mode in force; illegal instruction if it is a reserved one (20.2, table 28). */
function roundingMode(g: Builder, rm: Operand): Node {
  if (rm.value === undefined) {
    const field = g.imm(rm, 'i32');
    const mode = g.select(g.eq(field, g.i32(DYN)), g.get('frm', 0, 'i32'), field);
    illegalIf(g, g.ltU(g.i32(RMM), mode));
    return mode;
  }
  if (rm.value === DYN) {
    once(g, 'frm', () => illegalIf(g, g.ltU(g.i32(RMM), g.get('frm', 0, 'i32'))));
    return g.get('frm', 0, 'i32');
  }
  if (rm.value > RMM) illegalIf(g, g.i32(1));
  return g.i32(rm.value);
}

/** What surrounds a single in a register (21.2). */
const BOX = -(2 ** 32);

/** The single's bits, if a register's value is known to be a boxed one. */
function boxedIn(value: Node): Node | undefined {
  const [bits, box] = value.args;
  if (value.op !== 'or' || box!.attributes.value !== BOX || bits!.op !== 'extend_u') return undefined;
  return bits!.args[0]!;
}

type FloatType = 'f32' | 'f64';
type Sources = readonly Operand[];

/**
 * How the instructions of one format see f registers. A double is a whole register and is read and
 * written as one, so that a translator may keep it as a float; of a single they see the boxed bits.
 */
class FloatFormat {
  readonly type: FloatType;
  readonly bits: 'i32' | 'i64';
  readonly size: 4 | 8;

  constructor(type: FloatType) {
    this.type = type;
    this.bits = type === 'f32' ? 'i32' : 'i64';
    this.size = type === 'f32' ? 4 : 8;
  }

  /** The register's bits as they are, whether or not they are a boxed value (20.6, 21.2). */
  raw(g: Builder, register: Operand): Node {
    if (this.type === 'f64') return g.get('f', register, 'f64');
    const value = g.get('f', register);
    return boxedIn(value) ?? g.trunc(value);
  }

  /** The number in a register: a narrow one that is not boxed with ones counts as the canonical NaN (21.2). */
  value(g: Builder, register: Operand): Node {
    if (this.type === 'f64') return g.get('f', register, 'f64');
    const value = g.get('f', register);
    const boxed = boxedIn(value);
    if (boxed !== undefined) return g.bitcast(boxed, 'f32');
    const isBoxed = g.eq(g.shrU(value, g.i64(32)), g.i64(0xffff_ffff));
    return g.bitcast(g.select(isBoxed, g.trunc(value), g.i32(0x7fc0_0000)), 'f32');
  }

  setValue(g: Builder, fd: Operand, value: Node): void {
    markDirty(g);
    g.set('f', fd, this.type === 'f64' ? value : g.or(g.extendU(g.bitcast(value, 'i32')), g.i64(BOX)));
  }

  /** fd = op(sources), rounded. */
  arithmetic(g: Builder, op: string, fd: Operand, sources: Sources, rm: Operand): void {
    requireFloat(g);
    const mode = roundingMode(g, rm);
    const values = sources.map((source) => this.value(g, source));
    this.setValue(g, fd, g.fp(`${this.type}.${op}`, this.type, values, mode));
  }

  /** fd = a * b + c with the signs of the product and of c as given. */
  fused(
    g: Builder,
    product: 1 | -1,
    addend: 1 | -1,
    fd: Operand,
    [a, b, c]: readonly [Operand, Operand, Operand],
    rm: Operand,
  ): void {
    requireFloat(g);
    const mode = roundingMode(g, rm);
    const signed = (register: Operand, sign: 1 | -1): Node => {
      const value = this.value(g, register);
      return sign === 1 ? value : g.fneg(value);
    };
    const values = [signed(a, product), this.value(g, b), signed(c, addend)];
    this.setValue(g, fd, g.fp(`${this.type}.fma`, this.type, values, mode));
  }

  /** fd = the lesser or greater. */
  extremum(g: Builder, op: 'min' | 'max', fd: Operand, fs1: Operand, fs2: Operand): void {
    requireFloat(g);
    this.setValue(g, fd, g.fp(`${this.type}.${op}`, this.type, [this.value(g, fs1), this.value(g, fs2)], g.i32(0)));
  }

  /** rd = whether the comparison holds. */
  compare(g: Builder, op: 'eq' | 'lt' | 'le', rd: Operand, fs1: Operand, fs2: Operand): void {
    requireFloat(g);
    markDirty(g);
    setFlag(g, rd, g.fp(`${this.type}.${op}`, 'i32', [this.value(g, fs1), this.value(g, fs2)], g.i32(0)));
  }

  /** rd = a set of one class. */
  classify(g: Builder, rd: Operand, fs1: Operand): void {
    requireFloat(g);
    setFlag(g, rd, g.fp(`${this.type}.classify`, 'i32', [this.value(g, fs1)], g.i32(0)));
  }

  /** rd = the integer; 32-bit ones are sign-extended, unsigned ones too (20.7). */
  toInteger(g: Builder, to: 'I32' | 'U32' | 'I64' | 'U64', rd: Operand, fs1: Operand, rm: Operand): void {
    requireFloat(g);
    const mode = roundingMode(g, rm);
    markDirty(g);
    const type = to.endsWith('32') ? 'i32' : 'i64';
    setW(g, rd, g.fp(`${this.type}.to${to}`, type, [this.value(g, fs1)], mode));
  }

  /** fd = the integer in this format. */
  fromInteger(g: Builder, from: 'I32' | 'U32' | 'I64' | 'U64', fd: Operand, rm: Operand, source: () => Node): void {
    requireFloat(g);
    const mode = roundingMode(g, rm);
    this.setValue(g, fd, g.fp(`${this.type}.from${from}`, this.type, [source()], mode));
  }

  /** fd = what is in fs1 in another format. */
  convert(g: Builder, from: FloatFormat, fd: Operand, fs1: Operand, rm: Operand): void {
    requireFloat(g);
    const mode = roundingMode(g, rm);
    const op = `${from.type}.toF${this.type.slice(1)}`;
    this.setValue(g, fd, g.fp(op, this.type, [from.value(g, fs1)], mode));
  }

  /** fd = fs1 with the sign of fs2: of the same register, fs1 as it is. */
  copySign(g: Builder, fd: Operand, fs1: Operand, fs2: Operand): void {
    requireFloat(g);
    const a = this.value(g, fs1);
    this.setValue(g, fd, isSame(fs1, fs2) ? a : g.fcopysign(a, this.value(g, fs2)));
  }

  /** fd = fs1 with the opposite sign of fs2. */
  copySignNegated(g: Builder, fd: Operand, fs1: Operand, fs2: Operand): void {
    requireFloat(g);
    const a = this.value(g, fs1);
    this.setValue(g, fd, isSame(fs1, fs2) ? g.fneg(a) : g.fcopysign(a, g.fneg(this.value(g, fs2))));
  }

  /** fd = fs1, its sign changed if fs2 is negative. */
  multiplySigns(g: Builder, fd: Operand, fs1: Operand, fs2: Operand): void {
    requireFloat(g);
    const a = this.value(g, fs1);
    if (isSame(fs1, fs2)) return this.setValue(g, fd, g.fabs(a));
    const signs = g.xor(g.bitcast(a, this.bits), g.bitcast(this.value(g, fs2), this.bits));
    this.setValue(g, fd, g.fcopysign(a, g.bitcast(signs, this.type)));
  }

  load(g: Builder, fd: Operand, address: () => Node): void {
    requireFloat(g);
    this.setValue(g, fd, g.load(this.type, address(), { size: this.size }));
  }

  store(g: Builder, fs2: Operand, address: () => Node): void {
    requireFloat(g);
    g.store(address(), this.raw(g, fs2), { size: this.size });
  }

  /** rd = the bits of fs1. */
  moveToX(g: Builder, rd: Operand, fs1: Operand): void {
    requireFloat(g);
    const bits = this.raw(g, fs1);
    if (this.type === 'f64') setX(g, rd, g.bitcast(bits, 'i64'));
    else setW(g, rd, bits);
  }

  /** fd = the bits given. */
  moveFromX(g: Builder, fd: Operand, bits: () => Node): void {
    requireFloat(g);
    this.setValue(g, fd, g.bitcast(bits(), this.type));
  }
}

function isSame(a: Operand, b: Operand): boolean {
  return a.value !== undefined && a.value === b.value;
}

export const S = new FloatFormat('f32');
export const D = new FloatFormat('f64');
