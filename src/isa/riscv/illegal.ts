import { raiseIllegal } from './helpers.ts';
import type { GuestInstruction } from '../../ir/guest.ts';

/** What every word that is no instruction decodes to; its operand is the word. */
export const illegal: GuestInstruction = {
  name: 'illegal',
  doc: 'No instruction: raises illegal instruction.',
  operands: [{ name: 'word', file: undefined, isDestination: false, isByte: false }],
  endsBlock: true,
  lower: (g, { word }) => {
    g.call(raiseIllegal, g.imm(word!, 'i32'));
    g.exit();
  },
};
