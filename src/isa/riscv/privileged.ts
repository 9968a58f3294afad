import { mret as returnFromM, sret as returnFromS, wfi as waitForInterrupt } from './helpers.ts';
import { insn } from './insn.ts';
import { fencePages, leave } from './leave.ts';

/** Instructions of the privileged modes (Privileged ISA 20240411, 3.3 and 10.2). */
export const mret = insn('mret', '0011000 00010 00000 000 00000 1110011', 'mret', {
  doc: 'Return from a trap in M mode.',
  endsBlock: true,
  lower: (g) => leave(g, returnFromM),
  cases: [{ word: 0x30200073, asm: 'mret' }],
});
export const sret = insn('sret', '0001000 00010 00000 000 00000 1110011', 'sret', {
  doc: 'Return from a trap in S mode.',
  endsBlock: true,
  lower: (g) => leave(g, returnFromS),
  cases: [{ word: 0x10200073, asm: 'sret' }],
});
export const wfi = insn('wfi', '0001000 00101 00000 000 00000 1110011', 'wfi', {
  doc: 'Wait for an interrupt.',
  endsBlock: true,
  lower: (g) => leave(g, waitForInterrupt),
  cases: [{ word: 0x10500073, asm: 'wfi' }],
});
export const sfenceVma = insn('sfence.vma', '0001001 rs2:5 rs1:5 000 00000 1110011', 'sfence.vma {rs1}, {rs2}', {
  doc: 'Order page-table stores before translations: of the page in rs1 (all if x0), of the ASID in rs2 (all if x0).',
  endsBlock: true,
  lower: (g, { rs1, rs2 }) => fencePages(g, rs1, rs2),
  cases: [{ word: 0x12b50073, asm: 'sfence.vma x10, x11' }],
});
