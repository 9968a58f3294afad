import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NodeWorkers, prepareWorker } from './workers.ts';

const ENTRY = new URL('./answer.fixture.ts', import.meta.url);

/** What a worker answers that is given something. */
async function answer(entry: URL, data: unknown): Promise<unknown> {
  const worker = new NodeWorkers().spawn(entry, data, { name: 'test' });
  const answered = new Promise((resolve) => worker.listen(resolve));
  const value = await Promise.race([answered, worker.ended.then(() => 'ended')]);
  await worker.terminate();
  return value;
}

test('a worker gets its data, prepared or not', async () => {
  assert.deepEqual(await answer(ENTRY, { n: 1 }), { n: 1 });
  prepareWorker(ENTRY, 'prepared');
  assert.deepEqual(await answer(ENTRY, { n: 2 }), { n: 2 });
  // It was used up.
  assert.deepEqual(await answer(ENTRY, { n: 3 }), { n: 3 });
});

test('what is wrong with a worker is told to who wants it', async () => {
  const missing = new URL('./missing.fixture.ts', import.meta.url);
  prepareWorker(missing, 'prepared');
  await assert.rejects(answer(missing, {}), /missing\.fixture/);
});
