import type { Operand } from '../../../ir/builder.ts';
import type { Order } from '../../../ir/node.ts';
import { ebreak as raiseBreakpoint, ecall as raiseCall } from '../helpers.ts';
import { insn } from '../insn.ts';

/** Bits of the predecessor and the successor set: writes before, reads after. */
const WRITES = 1;
const READS = 2;

/**
 * What is asked of the host: all, or all but what x86 does not do by itself, reads that overtake writes.
 * FENCE.TSO, which is written as `rw, rw`, gets more than it asks for.
 */
function orderOf(pred: Operand, succ: Operand): Order {
  const [before = WRITES, after = READS] = [pred.value, succ.value];
  return (before & WRITES) !== 0 && (after & READS) !== 0 ? 'seq_cst' : 'acquire';
}

/** Fences and environment calls (Unprivileged ISA 20240411, 2.7 and 2.8). */
export const fence = insn('fence', 'fm:4 pred:4 succ:4 ..... 000 ..... 0001111', 'fence {pred}, {succ}', {
  doc: 'Orders memory accesses of the kinds in the predecessor set before those in the successor set.',
  lower: (g, { pred, succ }) => g.fence(orderOf(pred, succ)),
  cases: [
    { word: 0x0310000f, asm: 'fence rw, w' },
    { word: 0x0ff0000f, asm: 'fence iorw, iorw' },
  ],
});
export const ecall = insn('ecall', '000000000000 00000 000 00000 1110011', 'ecall', {
  doc: 'Environment call.',
  endsBlock: true,
  lower: (g) => {
    g.call(raiseCall);
    g.exit();
  },
  cases: [{ word: 0x00000073, asm: 'ecall' }],
});
export const ebreak = insn('ebreak', '000000000001 00000 000 00000 1110011', 'ebreak', {
  doc: 'Breakpoint.',
  endsBlock: true,
  lower: (g) => {
    g.call(raiseBreakpoint);
    g.exit();
  },
  cases: [{ word: 0x00100073, asm: 'ebreak' }],
});
