import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DiskRequest } from './request-ring.ts';
import { RequestRing } from './request-ring.ts';

const make = (capacity: number, maxInFlight: number): RequestRing =>
  new RequestRing(new SharedArrayBuffer(64 + RequestRing.bytes(capacity, maxInFlight)), 64, capacity, maxInFlight);

const plain = { noNullPrototype: true };
const segment = fc.record({ address: fc.nat(2 ** 31 - 1), length: fc.nat(2 ** 20) }, plain);
const request = fc.record(
  {
    id: fc.nat(65535),
    kind: fc.constantFrom('read', 'write', 'flush', 'discard', 'write-zeroes'),
    offset: fc.integer({ min: 0, max: 2 ** 52 }),
    length: fc.nat(2 ** 31 - 1),
    segments: fc.array(segment, { maxLength: 40 }),
    changesBefore: fc.integer({ min: 1, max: 2 ** 28 - 1 }),
  },
  { ...plain, requiredKeys: ['id', 'kind', 'offset', 'length', 'segments'] },
);

test('requests come out as they went in, completions come back in the order given', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 40 }), fc.infiniteStream(fc.nat(2)), (requests, choices) => {
      const ring = make(8, 4);
      const submitted: DiskRequest[] = [];
      const taken: DiskRequest[] = [];
      const completed: { id: number; error: number }[] = [];
      const steps = choices[Symbol.iterator]();
      for (let i = 0; i < requests.length || submitted.length + taken.length + completed.length > 0;) {
        const flying = submitted.length + taken.length + completed.length;
        assert.equal(ring.inFlight, flying);
        if (i < requests.length && flying < 4 && ring.submit(requests[i]!)) submitted.push(requests[i++]!);
        if (steps.next().value !== 0) {
          const got = ring.take();
          assert.deepEqual(got, submitted.shift());
          if (got !== undefined) taken.push(got);
        }
        if (steps.next().value !== 0) {
          const done = taken.pop();
          if (done !== undefined) {
            completed.push({ id: done.id, error: done.length % 100 });
            ring.complete(done.id, done.length % 100);
          }
        }
        if (steps.next().value !== 0) assert.deepEqual(ring.collect(), completed.shift());
      }
    }),
  );
});

test('a request with many segments is published whole or not at all', () => {
  const ring = make(4, 4);
  const segments = Array.from({ length: 40 }, (_, i) => ({ address: 5 * 2 ** 30 + i * 4096, length: 4096 }));
  const big: DiskRequest = { id: 1, kind: 'read', offset: 0, length: 40 * 4096, segments };
  const small: DiskRequest = { id: 2, kind: 'flush', offset: 0, length: 0, segments: [] };
  assert.equal(ring.maxSegments, 56);
  assert.equal(ring.submit(small), true);
  assert.equal(ring.submit(small), true);
  assert.equal(ring.submit(big), false);
  assert.deepEqual(ring.take(), small);
  assert.equal(ring.submit(big), true);
  assert.deepEqual([ring.take(), ring.take(), ring.take()], [small, big, undefined]);
});
