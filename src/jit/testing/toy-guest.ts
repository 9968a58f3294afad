import type { Form, Guest, GuestInstruction, OperandForm, OperandSpec } from '../../ir/guest.ts';

/**
 * A guest for tests, with 2-byte parcels. The low byte of a word says what it is: 1 a jump of 2 bytes,
 * which ends its line, 3 an addition of 4 bytes, anything else an illegal instruction of 2.
 */
const operand = (name: string, more: Partial<OperandSpec> = {}): OperandSpec => ({
  name,
  file: undefined,
  isDestination: false,
  isByte: false,
  ...more,
});

const instruction = (name: string, operands: readonly OperandSpec[], endsBlock: boolean): GuestInstruction => ({
  name,
  doc: 'For tests.',
  operands,
  endsBlock,
  lower() {},
});

const ILLEGAL = 0;
const JUMP = 1;
const ADD = 2;

const bits = (at: number, width: number, isSigned: boolean): OperandForm => ({
  pieces: [{ at, width, to: 0 }],
  isSigned,
  bits: width,
  bias: 0,
});
const JUMP_FORM: Form = { mask: 0xff, match: 1, instruction: JUMP, operands: [bits(8, 8, true)] };
const ADD_FORM: Form = {
  mask: 0xff,
  match: 3,
  instruction: ADD,
  operands: [bits(8, 4, false), bits(12, 4, false), bits(16, 16, true)],
};

export const toyGuest: Guest = {
  name: 'toy',
  instructions: [
    instruction('illegal', [operand('word')], true),
    instruction('jump', [operand('distance')], true),
    instruction(
      'add',
      [
        operand('rd', { file: 'r', isDestination: true, isByte: true }),
        operand('rs', { file: 'r', isByte: true }),
        operand('imm'),
      ],
      false,
    ),
  ],
  helpers: [],
  parcel: 2,
  longest: 4,
  files: { r: { zero: 0, sink: 8 } },
  steady: [],
  lengthOf: (parcel) => ((parcel & 0xff) === 3 ? 4 : 2),
  decode(word, decoded) {
    const { operands } = decoded;
    decoded.length = 2;
    decoded.instruction = ILLEGAL;
    operands[0] = word & 0xffff;
    if ((word & 0xff) === 1) {
      decoded.instruction = JUMP;
      operands[0] = (word << 16) >> 24;
    } else if ((word & 0xff) === 3) {
      decoded.instruction = ADD;
      decoded.length = 4;
      operands.set([(word >>> 8) & 15, (word >>> 12) & 15, word >> 16]);
    }
  },
  forms: {
    long: { mask: 0xff, match: 3 },
    key: [{ at: 0, width: 8, to: 0 }],
    candidates: () => [ADD_FORM],
    formOf: (parcel) => ((parcel & 0xff) === 1 ? JUMP_FORM : undefined),
  },
  listing: (word) => `word ${word}`,
};
