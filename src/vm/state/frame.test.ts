import assert from 'node:assert/strict';
import { test } from 'node:test';
import { END, type Frame, FrameReader, FrameWriter, HEAD, SECTION } from './frame.ts';

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

function stream(...payloads: readonly string[]): Uint8Array {
  const writer = new FrameWriter();
  const text = new TextEncoder();
  return joined([
    writer.begin(),
    ...payloads.flatMap((payload, i) => writer.frame(i === 0 ? HEAD : SECTION, text.encode(payload))),
    ...writer.frame(END, new Uint8Array(0)),
  ]);
}

/** What is read of a stream that comes in pieces. */
function read(bytes: Uint8Array, piece = bytes.length): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  reader.end();
  return frames;
}

test('what was written is read, however it is cut', () => {
  const bytes = stream('head', 'a section', '', 'twenty bytes exactly');
  for (const piece of [1, 3, 20, 1000]) {
    const frames = read(bytes, piece);
    assert.deepEqual(
      frames.map(({ kind }) => kind),
      [HEAD, SECTION, SECTION, SECTION, END],
    );
    assert.deepEqual(
      frames.map(({ payload }) => new TextDecoder().decode(payload)),
      ['head', 'a section', '', 'twenty bytes exactly', ''],
    );
  }
});

test('every byte matters', () => {
  const bytes = stream('head', 'a section');
  for (let at = 0; at < bytes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = bytes.slice();
      changed[at]! ^= 1 << bit;
      assert.throws(() => read(changed), { name: 'UserError', message: /^[^\n]+; \w[^\n]+$/ }, `byte ${at}`);
    }
  }
});

test('a stream that is cut, goes on, or has its parts in another order', () => {
  const bytes = stream('head', 'section 1', 'section 2');
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => read(bytes.subarray(0, length)), { name: 'UserError' }, String(length));
  }
  assert.throws(() => read(joined([bytes, Uint8Array.of(0)])), /something follows its end/);
  const [first, second] = [16 + 20 + 4, 16 + 20 + 4 + 29] as const;
  const swapped = joined([
    bytes.subarray(0, first),
    bytes.subarray(second, second + 29),
    bytes.subarray(first, second),
    bytes.subarray(second + 29),
  ]);
  assert.throws(() => read(swapped), /part 1 does not begin/);
});

test('streams of others are told apart', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  assert.throws(() => read(text('TINAMOU STATE 2\n...')), /version 2 of the format, and this program reads version 1/);
  assert.throws(() => read(text('QEVM\0\0\0\x03xxxxxxxxxxxx')), /a stream of QEMU/);
  assert.throws(() => read(text('hi\n')), /no saved machine/);
  assert.throws(() => read(text('')), /it is empty/);
});
