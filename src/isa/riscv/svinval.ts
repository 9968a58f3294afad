import { sfenceInval as checkInval } from './helpers.ts';
import { insn } from './insn.ts';
import { fencePages, leave } from './leave.ts';

/** Svinval (Privileged ISA 20240411, chapter 13). Invalidation here is in program order. */
export const sinvalVma = insn('sinval.vma', '0001011 rs2:5 rs1:5 000 00000 1110011', 'sinval.vma {rs1}, {rs2}', {
  doc: 'Invalidate translations as SFENCE.VMA does, between the two fences below.',
  endsBlock: true,
  lower: (g, { rs1, rs2 }) => fencePages(g, rs1, rs2),
  cases: [{ word: 0x16b50073, asm: 'sinval.vma x10, x11' }],
});
export const sfenceWInval = insn('sfence.w.inval', '0001100 00000 00000 000 00000 1110011', 'sfence.w.inval', {
  doc: 'Order earlier stores before later SINVAL.VMA.',
  endsBlock: true,
  lower: (g) => leave(g, checkInval),
  cases: [{ word: 0x18000073, asm: 'sfence.w.inval' }],
});
export const sfenceInvalIr = insn('sfence.inval.ir', '0001100 00001 00000 000 00000 1110011', 'sfence.inval.ir', {
  doc: 'Order earlier SINVAL.VMA before later translations.',
  endsBlock: true,
  lower: (g) => leave(g, checkInval),
  cases: [{ word: 0x18100073, asm: 'sfence.inval.ir' }],
});
