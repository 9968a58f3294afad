import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { NodeClock } from './clock.ts';

test('no thread reads a time before one that another has read', async () => {
  const clock = new NodeClock();
  const worker = new Worker(new URL('clock.fixture.ts', import.meta.url));
  try {
    for (let i = 0; i < 200; i++) {
      const before = clock.now();
      const answer = once(worker, 'message');
      worker.postMessage(undefined);
      const [there] = (await answer) as [number];
      const after = clock.now();
      assert.ok(before <= there && there <= after, `${before} <= ${there} <= ${after}`);
    }
  } finally {
    await worker.terminate();
  }
});
