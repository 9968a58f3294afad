import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GuestInstruction } from '../ir/guest.ts';
import { FIRST_INSTRUCTION, RECORD_BYTES, RECORD_LINK, RECORD_STEP, RecordLayout } from './record.ts';
import { toyGuest } from './testing/toy-guest.ts';

const layout = new RecordLayout(toyGuest);

test('a page has a record for each parcel, and sentinels after them', () => {
  assert.equal(layout.perPage, 2048);
  assert.equal(layout.shift, 3);
  assert.ok(layout.pageBytes >= (2048 + 2) * RECORD_BYTES);
  assert.equal(layout.pageBytes % 64, 0);
});

test('operands go to bytes, the wide one to its word, and a write to the zero register to its sink', () => {
  const view = new DataView(new ArrayBuffer(32));
  view.setInt32(16 + RECORD_LINK, 99, true);
  const index = toyGuest.instructions.findIndex(({ name }) => name === 'add');
  layout.write(view, 16, index, 4, Int32Array.of(3, 7, -1234));
  assert.equal(view.getUint16(16, true), FIRST_INSTRUCTION + index);
  assert.equal(view.getUint8(16 + RECORD_STEP), 2 * RECORD_BYTES);
  assert.equal(view.getUint8(16 + layout.slot(index, 0)), 3);
  assert.equal(view.getUint8(16 + layout.slot(index, 1)), 7);
  assert.equal(layout.slot(index, 2), -1);
  assert.equal(view.getInt32(16 + 8, true), -1234);
  layout.write(view, 16, index, 2, Int32Array.of(0, 0, 5));
  assert.equal(view.getUint8(16 + layout.slot(index, 0)), 8);
  assert.equal(view.getUint8(16 + layout.slot(index, 1)), 0);
  assert.equal(view.getUint8(16 + RECORD_STEP), RECORD_BYTES);
  // Where its translation is stays.
  assert.equal(view.getInt32(16 + RECORD_LINK, true), 99);
});

test('an instruction with more operands than a record holds is refused', () => {
  const operand = { file: undefined, isDestination: false, isByte: false };
  const greedy: GuestInstruction = {
    name: 'greedy',
    doc: 'Two wide operands.',
    operands: [
      { ...operand, name: 'a' },
      { ...operand, name: 'b' },
    ],
    endsBlock: false,
    lower() {},
  };
  const guest = { ...toyGuest, instructions: [greedy], lengthOf: () => 2, decode() {} };
  assert.throws(() => new RecordLayout(guest), RangeError);
});
