import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Resets } from './resets.ts';

test('resets begin one after the other, whatever became of the one before', async () => {
  const resets = new Resets();
  const begun: string[] = [];
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  assert.equal(resets.isUnderWay, false);
  await resets.done();
  const reset = (name: string, until: Promise<void>) => resets.add(() => (begun.push(name), until));
  const adds = [reset('first', first.promise), reset('second', second.promise)];
  const results = Promise.allSettled(adds);
  let isDone = false;
  const done = resets.done().then(() => (isDone = true));
  assert.deepEqual(begun, ['first']);
  first.reject(new Error('gone'));
  await assert.rejects(adds[0]!, { message: 'gone' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([begun, isDone, resets.isUnderWay], [['first', 'second'], false, true]);
  second.resolve();
  await done;
  assert.equal(resets.isUnderWay, false);
  assert.deepEqual(
    (await results).map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
});
