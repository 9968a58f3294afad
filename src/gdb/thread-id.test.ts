import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatThread, parseThread } from './thread-id.ts';

test('threads are read as gdb writes them', () => {
  const cpu = (number: number) => ({ kind: 'cpu', cpu: number });
  for (const [text, expected] of [
    ['1', cpu(0)],
    ['p1.2', cpu(1)],
    ['p01.03', cpu(2)],
    ['p0.1', cpu(0)],
    ['p-1.2', cpu(1)],
    ['4', { kind: 'none' }],
    ['p2.1', { kind: 'none' }],
    ['-2', { kind: 'none' }],
    ['0', { kind: 'any' }],
    ['p0.0', { kind: 'any' }],
    ['-1', { kind: 'all' }],
    ['p1.-1', { kind: 'all' }],
    ['p1', { kind: 'all' }],
    ['', undefined],
    ['p', undefined],
    ['p1.2.3', undefined],
    ['x', undefined],
    ['123456789', undefined],
  ] as const) {
    assert.deepEqual(parseThread(text, { cpus: 3 }), expected, text);
  }
});

test('what is written is read back', () => {
  for (let cpu = 0; cpu < 300; cpu++)
    for (const isMultiprocess of [true, false])
      assert.deepEqual(parseThread(formatThread(cpu, isMultiprocess, {}), { cpus: 300 }), { kind: 'cpu', cpu });
  assert.equal(formatThread(0, true, {}), 'p01.01');
});
