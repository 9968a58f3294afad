import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodePage, InstalledCode } from './code-pages.ts';
import { LiveCode } from './live-code.ts';

const page: CodePage = {
  records: 0,
  hostPage: 1,
  mode: 0,
  generation: 0,
  parts: [],
  straddles: new Set(),
  isFresh: false,
  isStale: false,
};

/** Links by their address, which is the slot of the code made there. */
class Rig {
  readonly links = new Map<number, number>();
  readonly live: LiveCode;
  #slots = 1;

  constructor(limit: number) {
    this.live = new LiveCode(limit, {
      linkOf: ({ slot }) => slot,
      cut: ({ slot }) => void this.links.set(slot, -1),
      restore: ({ slot }) => void this.links.set(slot, slot),
      drop: (code) => this.drop(code),
      sweep() {},
    });
  }

  drop(code: InstalledCode): void {
    if (code.isDropped) return;
    code.isDropped = true;
    this.links.delete(code.slot);
    this.live.remove(code);
  }

  module(functions: number, bytes: number): InstalledCode[] {
    const made = Array.from({ length: functions }, () => {
      const slot = this.#slots++;
      this.links.set(slot, slot);
      return { slot, page, offset: 0, companions: [], isRegion: false, isDropped: false };
    });
    this.live.add(made, bytes);
    return made;
  }
}

test('the oldest modules go when there is too much', () => {
  const rig = new Rig(1000);
  const made = Array.from({ length: 12 }, () => rig.module(4, 100));
  rig.live.trim();
  assert.equal(rig.live.bytes, 1000);
  assert.deepEqual(
    made.map(([code]) => code!.isDropped),
    [true, true, ...Array.from({ length: 10 }, () => false)],
  );
});

test('a module whose functions are entered during its trial stays, and its links are as before', () => {
  const rig = new Rig(1000);
  const used = rig.module(4, 100);
  const unused = rig.module(4, 100);
  for (let i = 0; i < 8; i++) rig.module(1, 100);
  rig.live.trim();
  assert.ok([...used, ...unused].every(({ slot }) => rig.links.get(slot) === -1));
  for (const { slot } of used.slice(0, 2)) assert.ok(rig.live.restore(slot));
  assert.ok(!rig.live.restore(used[0]!.slot), 'once');
  rig.module(1, 100);
  rig.live.trim();
  assert.ok(!used[0]!.isDropped);
  assert.equal(rig.links.get(used[0]!.slot), used[0]!.slot);
  assert.ok(unused.every(({ isDropped }) => isDropped));
  // What was not entered comes back as soon as it is.
  assert.ok(rig.live.restore(used[3]!.slot));
});

test('however much of it is used, it never is more than the limit', () => {
  const rig = new Rig(1000);
  const entered = new Set<number>();
  for (let i = 0; i < 300; i++) {
    for (const { slot } of rig.module(3, 90)) entered.add(slot);
    rig.live.trim();
    assert.ok(rig.live.bytes <= 1000);
    for (const slot of entered) if (!rig.live.restore(slot) && !rig.links.has(slot)) entered.delete(slot);
  }
  assert.ok(rig.live.size > 5);
});

test('a module goes when its last function is dropped, on trial or not', () => {
  const rig = new Rig(1000);
  const [first, second] = rig.module(2, 900);
  rig.drop(first!);
  assert.equal(rig.live.bytes, 900);
  rig.module(1, 100);
  rig.live.trim();
  rig.drop(second!);
  assert.equal(rig.live.bytes, 100);
  assert.ok(!rig.live.restore(second!.slot));
});

test('everything can be given up', () => {
  const rig = new Rig(1000);
  for (let i = 0; i < 5; i++) rig.module(3, 100);
  rig.live.clear();
  assert.equal(rig.live.bytes, 0);
  assert.equal(rig.links.size, 0);
});
