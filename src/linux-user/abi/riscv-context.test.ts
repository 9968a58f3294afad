import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RiscvState, word } from '../../isa/riscv/state.ts';
import { restoreContext, RISCV_SIGNALS, saveContext } from './riscv-context.ts';

const state = (): Int32Array => new Int32Array(RiscvState.size / 4);
const context = (): DataView => new DataView(new ArrayBuffer(784));

function filled(): Int32Array {
  const words = state();
  for (const field of ['x', 'f'] as const) for (let i = 2; i < 64; i++) words[word(field) + i] = 1000 * i + word(field);
  words[word('pc')] = 0x12345678;
  words[word('pc') + 1] = 3;
  words[word('fflags')] = 17;
  words[word('frm')] = 3;
  return words;
}

test('the frame is what Linux puts on the stack', () => {
  const { frame, ucontext } = RISCV_SIGNALS;
  assert.equal(frame.ucontext + ucontext.machine + 784, frame.bytes);
  assert.equal(frame.bytes % frame.alignment, 0);
});

test('registers lie where struct sigcontext has them', () => {
  const view = context();
  const words = filled();
  saveContext(words, view, 0);
  assert.equal(view.getBigUint64(0, true), 0x3_1234_5678n);
  for (let register = 1; register < 32; register++) {
    assert.equal(view.getInt32(8 * register, true), words[word('x') + 2 * register]);
    assert.equal(view.getInt32(256 + 8 * register + 4, true), words[word('f') + 2 * register + 1]);
  }
  assert.equal(view.getUint32(512, true), (3 << 5) | 17);
});

test('what was saved comes back, and a reservation does not', () => {
  const view = context();
  saveContext(filled(), view, 0);
  const words = state();
  assert.ok(restoreContext(words, view, 0));
  for (const field of ['pc', 'x', 'f', 'fflags', 'frm'] as const) {
    const length = field === 'x' || field === 'f' ? 64 : field === 'pc' ? 2 : 1;
    const at = word(field);
    assert.deepEqual(words.slice(at, at + length), filled().slice(at, at + length), field);
  }
  assert.equal(words[word('reservationAddress')], -1);
});

test('a context that says there is more to it is not taken', () => {
  const view = context();
  saveContext(filled(), view, 0);
  view.setInt32(780, 1, true);
  const words = state();
  assert.ok(!restoreContext(words, view, 0));
  assert.deepEqual(words, state());
});

test('hostile words are masked: an odd pc, bits of fcsr that there are none of', () => {
  const view = context();
  for (let at = 0; at < 772; at += 4) view.setInt32(at, -1, true);
  const words = state();
  assert.ok(restoreContext(words, view, 0));
  assert.equal(words[word('pc')], -2);
  assert.equal(words[word('x')], 0);
  assert.equal(words[word('fflags')], 31);
  assert.equal(words[word('frm')], 7);
});
