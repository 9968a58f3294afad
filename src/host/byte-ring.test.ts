import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteRing } from './byte-ring.ts';

const ring = (capacity: number): ByteRing => new ByteRing(new SharedArrayBuffer(ByteRing.bytes(capacity)), 0, capacity);

test('a ring behaves like a queue of bytes', () => {
  const step = fc.oneof(
    fc.record({ write: fc.uint8Array({ maxLength: 20 }) }),
    fc.record({ writeByte: fc.nat(255) }),
    fc.record({ read: fc.nat(20) }),
    fc.constant({ readByte: true }),
  );
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 8, 16), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
      const r = ring(capacity);
      const model: number[] = [];
      for (const s of steps) {
        if ('write' in s) {
          const taken = r.write(s.write);
          assert.equal(taken, Math.min(s.write.length, capacity - model.length));
          model.push(...s.write.subarray(0, taken));
        } else if ('writeByte' in s) {
          if (r.writeByte(s.writeByte)) model.push(s.writeByte);
          else assert.equal(model.length, capacity);
        } else if ('read' in s) {
          const into = new Uint8Array(s.read);
          const count = r.read(into);
          assert.deepEqual([...into.subarray(0, count)], model.splice(0, s.read));
        } else {
          assert.equal(r.readByte(), model.shift() ?? -1);
        }
        assert.equal(r.available(), model.length);
        assert.equal(r.free(), capacity - model.length);
      }
    }),
  );
});

test('positions wrap at 2^32', () => {
  // Both positions just below the wrap, as after 4 GiB of traffic.
  const buffer = new SharedArrayBuffer(ByteRing.bytes(8));
  new Int32Array(buffer)[0] = -3;
  new Int32Array(buffer)[16] = -3;
  const r = new ByteRing(buffer, 0, 8);
  assert.equal(r.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)), 8);
  assert.equal(r.free(), 0);
  const into = new Uint8Array(9);
  assert.equal(r.read(into), 8);
  assert.deepEqual([...into], [1, 2, 3, 4, 5, 6, 7, 8, 0]);
});
