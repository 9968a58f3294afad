import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Segment, SEGMENT_MARGIN, SEGMENT_WORDS } from './segment.ts';

const PAGE = 4096n;
const halves = (va: bigint): [number, number] => [Number(BigInt.asIntN(32, va)), Number(BigInt.asIntN(32, va >> 32n))];

class Rig {
  readonly segment = new Segment();
  readonly #words = new Uint32Array(SEGMENT_WORDS);

  /** `pages` pages from `start` on are mapped to `host`; what is met first is page `at` of them. */
  offer(start: bigint, host: number, pages: number, at = 0, pageSize = 4096): void {
    const met = start + BigInt(at) * PAGE;
    const after = (pages - at - 1) * 4096;
    this.segment.offer(...halves(met), host + at * 4096, at * 4096, after, pageSize);
  }
  cut(va: bigint): void {
    this.segment.cut(...halves(va));
  }

  /** First address, host address and bytes, as translated code is told of them. */
  get told(): [bigint, bigint, number] {
    this.segment.publish(this.#words);
    const [start, limit, groupLimit, host] = new BigInt64Array(this.#words.buffer);
    assert.equal(groupLimit, limit! > 4088n ? limit! - 4088n : 0n);
    return [start!, host!, limit === 0n ? 0 : Number(limit) + SEGMENT_MARGIN];
  }
}

test('pieces that touch are joined, in whatever order; a longer one elsewhere replaces it', () => {
  const rig = new Rig();
  assert.deepEqual(rig.told, [0n, 0n, 0]);
  rig.offer(0x4000_0000n, 0x10_0000, 4, 2);
  assert.deepEqual(rig.told, [0x4000_0000n, 0x10_0000n, 0x4000]);
  rig.offer(0x4000_4000n, 0x10_4000, 1);
  rig.offer(0x3fff_e000n, 0xf_e000, 2, 1);
  assert.deepEqual(rig.told, [0x3fff_e000n, 0xf_e000n, 0x7000]);
  // Next to it, but elsewhere in memory, and no longer.
  rig.offer(0x4000_5000n, 0x20_0000, 7);
  assert.deepEqual(rig.told, [0x3fff_e000n, 0xf_e000n, 0x7000]);
  rig.offer(-0x8000n, 0x5_0000_0000, 8, 7);
  assert.deepEqual(rig.told, [-0x8000n, 0x5_0000_0000n, 0x8000]);
});

test('a segment spans multiples of 4 GiB', () => {
  const rig = new Rig();
  rig.offer(0xffff_f000n, 0x10_0000, 3, 2);
  assert.deepEqual(rig.told, [0xffff_f000n, 0x10_0000n, 0x3000]);
  assert.ok(rig.segment.covers(...halves(0x1_0000_1fffn)));
  rig.cut(0xffff_f123n);
  assert.deepEqual(rig.told, [0x1_0000_0000n, 0x10_1000n, 0x2000]);
});

test('a flush of one page leaves the longer side', () => {
  const rig = new Rig();
  rig.offer(0x4000_0000n, 0x10_0000, 10);
  rig.cut(0x3fff_ffffn);
  rig.cut(0x4000_a000n);
  assert.deepEqual(rig.told, [0x4000_0000n, 0x10_0000n, 0xa000]);
  rig.cut(0x4000_6fffn);
  assert.deepEqual(rig.told, [0x4000_0000n, 0x10_0000n, 0x6000]);
  rig.cut(0x4000_1000n);
  assert.deepEqual(rig.told, [0x4000_2000n, 0x10_2000n, 0x4000]);
});

test('a flush of any address of a superpage ends what it has a part in', () => {
  for (const va of [0x4020_0000n, 0x403f_ffffn, 0x4060_0000n, 0x407f_ffffn]) {
    const rig = new Rig();
    // The memory begins in the middle of the first superpage and ends in the middle of the last.
    rig.offer(0x4030_0000n, 0x10_0000, 0x400, 0x80, 0x20_0000);
    for (const miss of [0x401f_ffffn, 0x4080_0000n, 0x4030_0000n - (1n << 32n)]) rig.cut(miss);
    assert.equal(rig.told[2], 0x40_0000);
    rig.cut(va);
    assert.equal(rig.told[2], 0, va.toString(16));
  }
});

test('whatever is offered and flushed, it holds nothing but what was offered and not flushed since', () => {
  const step = fc.record({
    kind: fc.constantFrom('offer', 'cut'),
    start: fc.nat(40),
    pages: fc.integer({ min: 1, max: 12 }),
    at: fc.nat(11),
    shift: fc.constantFrom(0, 0, 0, 100),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.constantFrom(0x4000_0000n, 0xffff_0000n, -0x1_4000n),
      (steps, base) => {
        const rig = new Rig();
        const known = new Map<bigint, bigint>();
        for (const { kind, start, pages, at, shift } of steps) {
          const first = base + BigInt(start) * PAGE;
          if (kind === 'cut') {
            rig.cut(first + 5n);
            known.delete(first);
          } else {
            // A page has one place only, as long as it is not flushed.
            const host = BigInt((start + shift + 50) * 4096);
            const run = Array.from(
              { length: pages },
              (_, i) => [first + BigInt(i) * PAGE, host + BigInt(i) * PAGE] as const,
            );
            if (run.some(([page, to]) => (known.get(page) ?? to) !== to)) continue;
            for (const [page, to] of run) known.set(page, to);
            rig.offer(first, Number(host), pages, at % pages);
          }
          const [from, to, size] = rig.told;
          for (let i = 0n; i < BigInt(size); i += PAGE) assert.equal(known.get(from + i), to + i);
        }
      },
    ),
  );
});
