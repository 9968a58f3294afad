import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { escape, MOST_DATA, packet, PacketReader, type Received } from './framing.ts';

const read = (bytes: Iterable<number>): Received[] => {
  const reader = new PacketReader();
  return Array.from(bytes, (byte) => reader.take(byte)).filter((received) => received !== undefined);
};
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const ok = (data: string): Received[] => [{ kind: 'packet', data }];

test('packets, acknowledgements and interrupts', () => {
  assert.deepEqual(read(bytes('+$g#67-\x03')), [
    { kind: 'ack' },
    { kind: 'packet', data: 'g' },
    { kind: 'nack' },
    { kind: 'interrupt' },
  ]);
  assert.deepEqual(read(bytes('noise$#00')), ok(''));
  assert.deepEqual(read(bytes('$g#67'.toUpperCase().replace('G', 'g'))), ok('g'));
  // Inside a packet it is data.
  assert.deepEqual(read(packet('a\x03b')), ok('a\x03b'));
});

test('a wrong checksum, or none, is a bad packet; $ begins anew', () => {
  assert.deepEqual(read(bytes('$g#68')), [{ kind: 'bad' }]);
  assert.deepEqual(read(bytes('$g#zz')), [{ kind: 'bad' }]);
  assert.deepEqual(read(bytes('$gar$g#67')), ok('g'));
});

test('repeats and escapes', () => {
  assert.deepEqual(read(packet('0* ')), ok('0000'));
  assert.deepEqual(read(packet('X}\x03}\x04}]}\n')), ok('X#$}*'));
  for (const wrong of ['* ', '0*\x1f', '0*\x7f', 'a}', 'a*']) assert.deepEqual(read(packet(wrong)), [{ kind: 'bad' }]);
});

test('what is too long is a bad packet, however it grew', () => {
  assert.deepEqual(read(packet('x'.repeat(MOST_DATA))), ok('x'.repeat(MOST_DATA)));
  assert.deepEqual(read(packet('x'.repeat(MOST_DATA + 1))), [{ kind: 'bad' }]);
  assert.deepEqual(read(packet(`x${'*~'.repeat(60)}`)), [{ kind: 'bad' }]);
});

test('any data comes through, escaped', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      const text = String.fromCharCode(...data);
      assert.deepEqual(read(packet(escape(text))), ok(text));
    }),
  );
});
