import { insn } from './insn.ts';

/** Pause hint (Unprivileged ISA 20240411, chapter 8): a fence encoding of its own. */
export const pause = insn('pause', '0000 0001 0000 00000 000 00000 0001111', 'pause', {
  doc: 'Hint of a spin loop: other work goes first.',
  endsBlock: true,
  lower: (g) => g.exit(),
  cases: [{ word: 0x0100000f, asm: 'pause' }],
});
