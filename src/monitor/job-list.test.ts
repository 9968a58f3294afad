import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobList } from './job-list.ts';

test('a job is told of at every step, and stays until it is dismissed', async () => {
  const told: string[] = [];
  const jobs = new JobList((event) => told.push(JSON.stringify(event)));
  const steps = (): string[] => told.splice(0).map((event) => /"status":"([^"]+)"/.exec(event)![1]!);
  let finish = (): void => {};
  jobs.start('a', 'snapshot-save', () => new Promise((resolve) => (finish = resolve)));
  assert.deepEqual(steps(), ['created', 'running']);
  assert.throws(() => jobs.start('a', 'snapshot-load', async () => {}), { message: "Job ID 'a' already in use" });
  assert.throws(() => jobs.start('4 a', 'snapshot-load', async () => {}), { message: 'Invalid job ID' });
  assert.throws(() => jobs.dismiss('a'), {
    message: "Job 'a' in state 'running' cannot accept command verb 'dismiss'",
  });
  finish();
  await new Promise(setImmediate);
  assert.deepEqual(steps(), ['waiting', 'pending', 'concluded']);
  jobs.start('b', 'snapshot-load', async () => {
    throw new Error('no');
  });
  await new Promise(setImmediate);
  assert.deepEqual(steps(), ['created', 'running', 'aborting', 'concluded']);
  assert.deepEqual(jobs.all, [
    { id: 'b', type: 'snapshot-load', status: 'concluded', error: 'no' },
    { id: 'a', type: 'snapshot-save', status: 'concluded' },
  ]);
  jobs.dismiss('b');
  assert.deepEqual(steps(), ['null']);
  assert.throws(() => jobs.dismiss('b'), { message: 'Job not found' });
});
