import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertGolden } from '../../../test/golden.ts';
import { Builder, type Operand } from '../../ir/builder.ts';
import type { GuestInstruction } from '../../ir/guest.ts';
import { parse } from '../../ir/parse.ts';
import { print } from '../../ir/print.ts';
import { verify } from '../../ir/verify.ts';
import { parseFeatures } from './features.ts';
import { createRiscv, INSTRUCTIONS } from './guest.ts';

const guest = createRiscv(parseFeatures('rv64,svinval=true'));
const decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };

function operandsOf(
  instruction: GuestInstruction,
  value: (place: number) => number | undefined,
): Record<string, Operand> {
  return Object.fromEntries(instruction.operands.map(({ name }, place) => [name, { name, value: value(place) }]));
}

function template(instruction: GuestInstruction): Builder {
  const g = new Builder(true);
  g.startInstruction(0, 0);
  instruction.lower(
    g,
    operandsOf(instruction, () => undefined),
  );
  return g;
}

/** What `decoded` holds, lowered. */
function lowered(instruction: GuestInstruction): Builder {
  const values = decoded.operands.slice();
  const g = new Builder();
  g.startInstruction(0, decoded.length);
  instruction.lower(
    g,
    operandsOf(instruction, (place) => values[place]),
  );
  return g;
}

test('every instruction is sound IR, decoded and as a template, and its text reads back', () => {
  for (const hart of [guest, createRiscv(parseFeatures('rv64,c=false'))]) {
    for (const { name, bits } of INSTRUCTIONS.flatMap(({ members }) => members)) {
      const units = [0, -1, 0x5a5a_5a5a, 0x1230_8180].map((noise) => {
        hart.decode((noise & ~bits.mask) | bits.match, decoded);
        return lowered(hart.instructions[decoded.instruction]!);
      });
      const own = hart.instructions.find((instruction) => instruction.name === name)!;
      for (const { unit } of [...units, template(own)]) {
        const text = print(unit);
        assert.deepEqual(verify(unit), [], `${name}\n${text}`);
        assert.equal(print(parse(text, guest.helpers)), text);
      }
    }
  }
});

test('a template reads no operand, and names no register by number', () => {
  for (const instruction of guest.instructions) {
    for (const { op, attributes } of template(instruction).unit.nodes) {
      const { state } = attributes;
      if ((op === 'get' || op === 'set') && (state!.field === 'x' || state!.field === 'f')) {
        assert.notEqual(state!.operand, undefined, instruction.name);
      }
    }
  }
});

/** One of each shape; what they are made of is in the file. */
const SHOWN = [
  0xfff50513, 0x00000013, 0xff820183, 0x7e323fa3, 0x04418063, 0x800000ef, 0x00008067, 0x929a, 0x0252c1b3, 0x065221af,
  0x1605222f, 0x1a5231af, 0x02f170d3, 0x203170c3, 0x22208053, 0xc00021f3, 0x30200073, 0x0ff0000f, 0x0000,
];

test('the IR of one instruction of each shape', () => {
  const shown = SHOWN.map((word) => {
    guest.decode(word, decoded);
    const { unit } = lowered(guest.instructions[decoded.instruction]!);
    return `; ${guest.disassemble(word, 0n)}\n${print(unit)}`;
  });
  const templates = ['addi', 'csrrw', 'fadd.d', 'jalr'].map((name) => {
    const instruction = guest.instructions.find((one) => one.name === name)!;
    return `; ${name}, template\n${print(template(instruction).unit)}`;
  });
  assertGolden('src/isa/riscv/golden/lowering.txt', [...shown, ...templates].join('\n'));
});
