import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Guest } from '../ir/guest.ts';
import { SeededRandom } from '../host/seeded-random.ts';
import { parseFeatures } from '../isa/riscv/features.ts';
import { COMPRESSED, createRiscv, INSTRUCTIONS } from '../isa/riscv/guest.ts';
import { Arena } from '../mem/arena.ts';
import { LACKS } from './decode.ts';
import { DECODE_TABLES } from './decode-tables.ts';
import { HANDLER_UNDECODED, RECORD_BYTES, RECORD_LINK, RecordLayout } from './record.ts';
import { quickDecode } from './testing/quick-decode.ts';

const PAGE = 4096;
const GIB = 2 ** 30;

/** A page of code at the end of a memory of so many bytes, and its records. */
class Rig {
  readonly arena: Arena;
  readonly quick: ReturnType<typeof quickDecode>;
  readonly view: DataView;
  readonly records: number;
  readonly granules: number;
  readonly hostPage: number;
  readonly #guest: Guest;
  readonly #layout: RecordLayout;
  readonly #decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };

  constructor(guest: Guest, bytes = 4 << 20) {
    const arena = new Arena(bytes);
    this.arena = arena;
    this.#guest = guest;
    this.#layout = new RecordLayout(guest);
    this.granules = arena.allocate((bytes / PAGE) * 8, 8);
    this.quick = quickDecode(arena, guest, this.#layout, this.granules);
    this.records = arena.allocate(this.#layout.pageBytes, 64);
    this.hostPage = bytes / PAGE - 1;
    this.view = new DataView(arena.memory.buffer);
  }

  recordAt(offset: number): number {
    return this.records + offset * 2 ** this.#layout.shift;
  }
  put(offset: number, word: number): void {
    this.view.setUint32(this.hostPage * PAGE + offset, word, true);
  }
  /** What `decode` gives; the record of that offset is not decoded yet. */
  decode(offset: number): number {
    this.view.setUint16(this.recordAt(offset), HANDLER_UNDECODED, true);
    return this.quick.decode(this.quick.tables.address, this.recordAt(offset), this.hostPage, offset);
  }
  /** The record that a word at an offset becomes by `Guest.decode`. */
  expected(word: number): Uint8Array {
    const view = new DataView(new ArrayBuffer(RECORD_BYTES));
    this.#guest.decode(word, this.#decoded);
    const { instruction, length, operands } = this.#decoded;
    this.#layout.write(view, 0, instruction, length, operands);
    return new Uint8Array(view.buffer);
  }
  record(offset: number): Uint8Array {
    return new Uint8Array(this.arena.memory.buffer.slice(this.recordAt(offset), this.recordAt(offset) + RECORD_BYTES));
  }
  /** Decodes one word, with whatever it takes, at an offset that nothing follows. */
  one(word: number, offset = 0): number {
    this.put(offset, word);
    this.view.setUint16(this.recordAt(offset + this.#guest.lengthOf(word & 0xffff)), 1, true);
    new Uint8Array(this.arena.memory.buffer).fill(0, this.recordAt(offset), this.recordAt(offset) + RECORD_BYTES);
    let end = this.decode(offset);
    if (end >= LACKS) {
      assert.equal(end % LACKS, offset);
      assert.ok(this.quick.tables.learn(word));
      end = this.decode(offset);
    }
    return end;
  }
  check(word: number): void {
    const length = this.#guest.lengthOf(word & 0xffff);
    assert.equal(this.one(word), length);
    assert.deepEqual(this.record(0), this.expected(word), `word ${(word >>> 0).toString(16)}`);
  }
}

const guests = {
  all: createRiscv(parseFeatures('any')),
  'without compressed ones': createRiscv(parseFeatures('rv64,c=off')),
};

for (const [name, guest] of Object.entries(guests)) {
  test(`words become the records that they are decoded to: ${name}`, () => {
    const rig = new Rig(guest);
    const random = new SeededRandom(1n, 0);
    const next = (): number => {
      const bytes = new Uint8Array(4);
      random.fill(bytes);
      return new DataView(bytes.buffer).getInt32(0);
    };
    const members = [...INSTRUCTIONS, ...COMPRESSED].flatMap((group) => group.members as readonly { bits: Bits }[]);
    for (const { bits } of members) {
      for (let i = 0; i < 20; i++) rig.check((next() & ~bits.mask) | bits.match);
      // Registers and immediates that are 0, or all ones.
      rig.check(bits.match);
      rig.check(~bits.mask | bits.match);
    }
    for (let parcel = 0; parcel < 0x1_0000; parcel++) if ((parcel & 3) !== 3) rig.check(parcel);
    for (let i = 0; i < 20_000; i++) rig.check(next());
  });
}

interface Bits {
  readonly mask: number;
  readonly match: number;
}

const NOP = 0x13;
const RET = 0x8082;

test('a line ends where it does, at the page, and where there is a record', () => {
  const rig = new Rig(guests.all);
  for (const word of [NOP, RET]) assert.ok(rig.quick.tables.learn(word));
  for (let offset = 0; offset < 200; offset += 4) rig.put(offset, NOP);
  assert.equal(rig.decode(0), 64, 'sixteen at a time');
  assert.equal(rig.decode(4), 8);
  rig.put(200, RET);
  assert.equal(rig.decode(180), 202);
  for (const offset of [PAGE - 6, PAGE - 2]) rig.view.setUint16(rig.hostPage * PAGE + offset, NOP, true);
  assert.equal(rig.decode(PAGE - 6), PAGE - 2, 'the next one goes on in the next page');
  assert.equal(rig.decode(PAGE - 2), PAGE - 2);
  rig.view.setUint16(rig.hostPage * PAGE + PAGE - 2, RET, true);
  assert.equal(rig.decode(PAGE - 2), PAGE);
});

test('what is read is marked before, and links stay', () => {
  const rig = new Rig(guests.all);
  const marks = (): bigint => rig.view.getBigUint64(rig.granules + rig.hostPage * 8, true);
  rig.one(RET, 0);
  assert.equal(marks(), 1n);
  rig.one(NOP, 62);
  assert.equal(marks(), 3n);
  rig.one(NOP, PAGE - 4 - 64);
  assert.equal(marks(), 3n | (1n << 62n));
  rig.view.setInt32(rig.recordAt(0) + RECORD_LINK, -7, true);
  rig.decode(0);
  assert.equal(rig.view.getInt32(rig.recordAt(0) + RECORD_LINK, true), -7);
});

test('code may lie above 4 GiB', () => {
  const rig = new Rig(guests.all, 5 * GIB);
  assert.equal(rig.arena.width, 64);
  for (const word of [NOP, RET, 0xffc5_0513, 0x0000, 0xffff_ffff]) rig.check(word | 0);
});

test('when there is no room for more, nothing more is learnt, and what is known stays', () => {
  const rig = new Rig(guests.all);
  rig.check(NOP);
  const used = rig.quick.tables.address + DECODE_TABLES.USED;
  rig.view.setInt32(used, 0xffff, true);
  assert.equal(rig.quick.tables.learn(0x0050_0093 | (7 << 12)), false);
  assert.equal(rig.quick.tables.learn(RET), false);
  rig.put(0, RET);
  assert.equal(rig.decode(0), LACKS);
  rig.check(NOP);
});
