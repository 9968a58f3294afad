import type { Builder, Operand } from '../../ir/builder.ts';
import type { Node } from '../../ir/node.ts';

/** The integer register; x0 reads as zero (Unprivileged ISA, 2.1). */
export function x(g: Builder, register: Operand): Node {
  return register.value === 0 ? g.i64(0) : g.get('x', register);
}

/** Low 32 bits of the integer register. */
export function w(g: Builder, register: Operand): Node {
  return register.value === 0 ? g.i32(0) : g.trunc(g.get('x', register));
}

/** Writes the integer register; x0 swallows it. */
export function setX(g: Builder, register: Operand, value: Node): void {
  if (register.value !== 0) g.set('x', register, value);
}

/** Writes a 32-bit result, sign-extended (RV64I, 4.2). */
export function setW(g: Builder, register: Operand, value: Node): void {
  setX(g, register, g.extendS(value));
}

/** Writes a truth value. */
export function setFlag(g: Builder, register: Operand, value: Node): void {
  setX(g, register, g.extendU(value));
}
