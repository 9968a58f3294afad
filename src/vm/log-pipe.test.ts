import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { LogPipe } from './log-pipe.ts';

/** Writes `count` lines into the pipe at the start of a shared buffer, on a thread of its own. */
const WRITER = `
  import { workerData } from 'node:worker_threads';
  const { LogPipe } = await import(workerData.module);
  const pipe = new LogPipe(workerData.buffer, 0);
  for (let i = 0; i < workerData.count; i++) pipe.write('line ' + i + ' \u00e4'.repeat(i % 50) + '\\n');
`;

const lineOf = (i: number): string => `line ${i}${' ä'.repeat(i % 50)}`;

function write(buffer: SharedArrayBuffer, count: number): Promise<void> {
  const module = new URL('log-pipe.ts', import.meta.url).href;
  const code = new URL(`data:text/javascript,${encodeURIComponent(WRITER)}`);
  const worker = new Worker(code, { workerData: { buffer, count, module } });
  return new Promise((resolve, reject) => worker.once('exit', () => resolve()).once('error', reject));
}

test('every line comes through in order, though the reader is slow and the ring small', async () => {
  const buffer = new SharedArrayBuffer(LogPipe.bytes);
  const lines: string[] = [];
  let largest = 0;
  const end = new LogPipe(buffer, 0).drainInto(
    async (text) => {
      assert.ok(text.endsWith('\n'), 'whole lines');
      largest = Math.max(largest, text.length);
      lines.push(...text.slice(0, -1).split('\n'));
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    (error) => assert.fail(String(error)),
  );
  const count = 20_000;
  await write(buffer, count);
  await end();
  assert.equal(lines.length, count);
  lines.forEach((line, i) => assert.equal(line, lineOf(i)));
  assert.ok(largest <= LogPipe.bytes, 'no more than the ring holds is in memory');
});

test('a sink that fails is told of once, and holds nobody up', async () => {
  const buffer = new SharedArrayBuffer(LogPipe.bytes);
  const failures: unknown[] = [];
  const end = new LogPipe(buffer, 0).drainInto(
    () => {
      throw new Error('full');
    },
    (error) => failures.push(error),
  );
  await write(buffer, 20_000);
  await end();
  assert.deepEqual(failures.map(String), ['Error: full']);
});

test('what has no line end comes at the end', async () => {
  const buffer = new SharedArrayBuffer(LogPipe.bytes);
  const pipe = new LogPipe(buffer, 0);
  const texts: string[] = [];
  const end = pipe.drainInto(
    (text) => void texts.push(text),
    () => {},
  );
  pipe.write('a\nb');
  await end();
  assert.deepEqual(texts, ['a\n', 'b']);
});
