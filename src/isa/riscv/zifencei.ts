import { fenceI as fenceFetches } from './helpers.ts';
import { insn } from './insn.ts';

/** Instruction-fetch fence (Unprivileged ISA 20240411, chapter 5). */
export const fenceI = insn('fence.i', '............ ..... 001 ..... 0001111', 'fence.i', {
  doc: 'Later instruction fetches see earlier stores.',
  endsBlock: true,
  lower: (g) => {
    g.call(fenceFetches);
    g.exit();
  },
  cases: [{ word: 0x0000100f, asm: 'fence.i' }],
});
