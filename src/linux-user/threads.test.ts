import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codePageBytes } from '../jit/code-pages.ts';
import { RecordLayout } from '../jit/record.ts';
import { Arena } from '../mem/arena.ts';
import { riscv64 } from './abi/riscv64.ts';
import { PHASE } from './thread-shared.ts';
import { MOST_THREADS, Threads } from './threads.ts';

const abi = riscv64();

/** Threads of which the host's begin at once. */
function make(): { threads: Threads; spawned: number[] } {
  const spawned: number[] = [];
  const threads: Threads = new Threads(new Arena(1 << 29), abi, (index) => {
    spawned.push(index);
    threads.all[index]!.tid = 1000 + index;
    threads.all[index]!.phase = PHASE.PARKED;
    return 1000 + index;
  });
  threads.begin(0, 1000);
  return { threads, spawned };
}

test('a worker whose thread ended is used again, but for the first', () => {
  const { threads, spawned } = make();
  const first = threads.all[0]!;
  const second = threads.take(first)!;
  assert.equal(second.phase, PHASE.TAKEN);
  threads.go(second);
  assert.equal(threads.find(1001), second);
  assert.equal(threads.live, 2);
  assert.equal(threads.left(first), false);
  first.phase = PHASE.PARKED;
  const third = threads.take(second)!;
  assert.deepEqual([third.index, spawned.includes(0)], [2, false]);
  threads.go(third);
  threads.left(second);
  second.phase = PHASE.PARKED;
  assert.equal(threads.take(third), second);
  threads.left(second);
  assert.equal(threads.left(third), true);
});

test('a number that a thread said before its start came back stays', () => {
  const threads: Threads = new Threads(new Arena(1 << 29), abi, (index) => {
    threads.all[index]!.tid = 1000 + index;
    threads.all[index]!.park();
    return 0;
  });
  threads.begin(0, 1000);
  assert.equal(threads.take(threads.all[0]!)!.tid, 1001);
});

test('threads that are expected begin at once, and are the next to be taken', () => {
  const { threads, spawned } = make();
  const first = threads.all[0]!;
  threads.expect(first, 2, 1);
  assert.deepEqual(spawned, [1]);
  threads.startExpected();
  threads.startExpected();
  assert.deepEqual(spawned, [1, 2], 'the others when one is ready');
  assert.equal(threads.live, 1);
  assert.equal(threads.most, 1);
  for (const index of [1, 2]) {
    const thread = threads.take(first)!;
    assert.equal(thread.index, index);
    threads.go(thread);
  }
  assert.deepEqual(spawned, [1, 2]);
  assert.equal(threads.most, 3);
  threads.expect(first, 2, 2);
  assert.deepEqual(spawned, [1, 2], 'as many as there are');
  threads.left(threads.all[1]!);
  assert.equal(threads.most, 3);
  threads.expect(first, 4, 1);
  threads.clear();
  threads.startExpected();
  assert.deepEqual(spawned, [1, 2, 3], 'another program expects none');
  assert.equal(threads.most, 1);
});

test('there is an end of threads, and each has room for code', () => {
  const { threads } = make();
  const first = threads.all[0]!;
  const stretch = threads.roomOf(0).stretchBytes;
  assert.ok(stretch >= 2 * codePageBytes(abi.guest, new RecordLayout(abi.guest)));
  // The first takes all that it may.
  while (threads.roomOf(0).take() >= 0);
  for (let index = 1; index < MOST_THREADS; index++) {
    const thread = threads.take(first)!;
    threads.go(thread);
    assert.ok(threads.roomOf(thread.index).take() >= 0, `room for thread ${index}`);
  }
  assert.equal(threads.take(first), undefined);
});

test('who is away hears of mappings before it runs, and is not waited for', () => {
  const { threads } = make();
  const first = threads.all[0]!;
  const other = threads.take(first)!;
  threads.go(other);
  threads.remapped(first, 16, 2);
  threads.settle(first);
  assert.ok(other.requests.isPending);
  assert.ok(!first.requests.isPending);
});
