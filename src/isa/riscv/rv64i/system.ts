import { ebreak as raiseBreakpoint, ecall as raiseCall } from '../helpers.ts';
import { insn } from '../insn.ts';

/** Fences and environment calls (Unprivileged ISA 20240411, 2.7 and 2.8). */
export const fence = insn('fence', 'fm:4 pred:4 succ:4 ..... 000 ..... 0001111', 'fence {pred}, {succ}', {
  doc: 'Orders memory accesses of the kinds in the predecessor set before those in the successor set.',
  lower: (g) => g.fence('seq_cst'),
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
