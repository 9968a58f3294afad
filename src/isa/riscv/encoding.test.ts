import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseFeatures } from './features.ts';
import { COMPRESSED, createRiscv, INSTRUCTIONS } from './guest.ts';
import type { Compressed, Encoding, Instruction } from './insn.ts';
import { encode, extract, insert, matches } from './pattern.ts';

const guest = createRiscv(parseFeatures('rv64,svinval=true'));
const instructions: readonly Instruction[] = INSTRUCTIONS.flatMap(({ members }) => members);
const short: readonly Compressed[] = COMPRESSED.flatMap(({ members }) => members);
const encodings: readonly Encoding[] = [...instructions, ...short];
const decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };

/** The operands that `word` has as this encoding. */
function operandsOf({ bits }: Encoding, word: number): Record<string, number> {
  return Object.fromEntries(bits.fields.map((field) => [field.name, extract(field, word)]));
}

test('each declared case decodes, is written and encodes as declared', () => {
  for (const encoding of encodings) {
    assert.ok(encoding.cases.length > 0, `${encoding.name} has a case`);
    for (const { word, asm } of encoding.cases) {
      assert.equal(guest.decoder.encodingOf(word), encoding, asm);
      assert.equal(guest.disassemble(word, 0n), asm);
      const values = operandsOf(encoding, word);
      const ignored = ~encoding.bits.mask & ~encoding.bits.fields.reduce((all, field) => all | insert(field, -1), 0);
      assert.equal((encode(encoding.bits, values) | (word & ignored)) >>> 0, word, `${asm} encodes`);
    }
  }
});

test('every encoding is documented, once', () => {
  const names = encodings.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { name, doc } of encodings) assert.match(doc, /\w.*\.$/, `${name} has a sentence`);
});

test('where two patterns meet, one is a special case of the other', () => {
  for (const [index, a] of encodings.entries()) {
    for (const b of encodings.slice(index + 1)) {
      const both = a.bits.mask & b.bits.mask;
      const rejects = [...a.bits.fields, ...b.bits.fields].some((field) => field.rejects.length > 0);
      if (a.bits.width !== b.bits.width || (a.bits.match & both) !== (b.bits.match & both) || rejects) continue;
      assert.ok(both === a.bits.mask || both === b.bits.mask, `${a.name} and ${b.name}`);
    }
  }
});

test('random operands survive encoding and decoding', () => {
  const any = fc.tuple(fc.constantFrom(...encodings), fc.integer());
  fc.assert(
    fc.property(any, ([encoding, noise]) => {
      const { mask, match, fields, width } = encoding.bits;
      const word = ((noise & ~mask) | match) & (width === 16 ? 0xffff : -1);
      if (!matches(encoding.bits, word) || guest.decoder.encodingOf(word) !== encoding) return;
      const values = operandsOf(encoding, word);
      for (const field of fields) assert.equal(extract(field, encode(encoding.bits, values)), values[field.name]);
      guest.decode(word, decoded);
      assert.equal(decoded.length, width / 8);
      const base = 'expands' in encoding ? (encoding as Compressed).expands : (encoding as Instruction);
      const instruction = guest.instructions[decoded.instruction]!;
      assert.equal(instruction, base);
      for (const [place, { name }] of instruction.operands.entries()) {
        const source = 'with' in encoding ? (encoding as Compressed).with[name]! : name;
        assert.equal(decoded.operands[place], typeof source === 'number' ? source : values[source], name);
      }
    }),
    { numRuns: 20_000 },
  );
});

test('what is no instruction decodes to the illegal one, with its word', () => {
  for (const [word, length, kept] of [
    [0, 2, 0],
    [0xffff0000, 2, 0],
    [0xffffffff, 4, -1],
    [0x0000001f, 4, 0x1f],
    [0x00005057 | 0x80000000, 4, 0x80005057 | 0],
  ] as const) {
    guest.decode(word, decoded);
    assert.deepEqual([decoded.instruction, decoded.length, decoded.operands[0]], [0, length, kept]);
  }
  assert.equal(guest.disassemble(0xffffffff, 0n), '.word 0xffffffff');
  assert.equal(guest.disassemble(0, 0n), '.half 0x0');
});

test('an extension that is off decodes nothing', () => {
  const cases = [
    ['m=false', 0x025201b3],
    ['a=false', 0x065221af],
    ['c=false', 0x929a],
    ['zba=false', 0x2052_21b3 | 0],
    ['zbb=false', 0x61f25193],
    ['Zifencei=false', 0x100f],
    ['svinval=false', 0x16b50073],
  ] as const;
  for (const [property, word] of cases) {
    guest.decode(word, decoded);
    assert.notEqual(decoded.instruction, 0, `${property}: decodes when on`);
    createRiscv(parseFeatures(`rv64,${property}`)).decode(word, decoded);
    assert.equal(decoded.instruction, 0, property);
  }
});
