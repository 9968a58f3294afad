import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeTime } from '../../host/fake-time.ts';
import { trimAllocator } from '../../host-node/allocator.ts';
import { Arena } from '../../mem/arena.ts';
import { VcpuShared } from '../../vm/vcpu-shared.ts';
import { ExitWords } from '../../mem/exit-words.ts';
import { keepTidy } from './tidy.ts';

test('memory is given back after much was translated, until the machine ends', () => {
  const arena = new Arena(64 << 20);
  const exits = new ExitWords(arena.memory, [arena.allocate(4096)], false);
  const vcpu = new VcpuShared(arena, 0, exits);
  const time = new FakeTime();
  let trims = 0;
  const tidy = keepTidy({ vcpus: [vcpu] }, time, () => trims++);
  const after = (bytes: number): number => {
    vcpu.jitCounters.batch(1, bytes, 1);
    time.advance(2000);
    return trims;
  };
  assert.deepEqual([after(0), after(1 << 20), after(0), after(1000), after(1 << 18)], [0, 1, 1, 1, 2]);
  tidy[Symbol.dispose]();
  assert.equal(after(1 << 20), 2);
});

test('a host gives back what it can', () => {
  trimAllocator();
  trimAllocator();
});
