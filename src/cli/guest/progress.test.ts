import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bar, progressOn } from './progress.ts';

function recorded(isTTY: boolean) {
  const written: string[] = [];
  const stream = { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { progress: progressOn(stream), written };
}

test('a bar is as full as the work is done', () => {
  assert.equal(bar(0), `[${'.'.repeat(30)}]   0 %`);
  assert.equal(bar(0.5), `[${'#'.repeat(15)}${'.'.repeat(15)}]  50 %`);
  assert.equal(bar(7), `[${'#'.repeat(30)}] 100 %`);
});

test('a terminal shows each stage on one line that is drawn over', () => {
  const { progress, written } = recorded(true);
  progress.report('one', 0);
  progress.report('one', 1);
  progress.report('two', 0);
  progress.done();
  progress.done();
  const lines = written.join('').split('\n');
  assert.deepEqual(lines, [`\r${bar(0)} one\x1b[K\r${bar(1)} one\x1b[K`, `\r${bar(0)} two\x1b[K`, '']);
});

test('a log gets each stage once', () => {
  const { progress, written } = recorded(false);
  for (const fraction of [0, 0.5, 1]) progress.report('one', fraction);
  progress.report('two', 0);
  progress.done();
  assert.equal(written.join(''), 'one\ntwo\n');
});
