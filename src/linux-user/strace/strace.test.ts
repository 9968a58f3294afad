import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALLS } from '../calls/index.ts';
import { bits, fieldAndBits, oneOf } from './flags.ts';
import { showCloneFlags, showFutex, showOpenFlags, showProtection, showSignal, showSocketType } from './names.ts';
import { resultText } from './strace.ts';

test('numbers are written by their names', () => {
  assert.equal(showOpenFlags(0), 'O_RDONLY');
  assert.equal(showOpenFlags(0o2000102), 'O_RDWR|O_CREAT|O_CLOEXEC');
  assert.equal(showOpenFlags(0o4010001), 'O_WRONLY|O_SYNC');
  assert.equal(showProtection(0), 'PROT_NONE');
  assert.equal(showProtection(7), 'PROT_EXEC|PROT_READ|PROT_WRITE');
  assert.equal(showFutex(0x189), 'FUTEX_PRIVATE_FLAG|FUTEX_CLOCK_REALTIME|FUTEX_WAIT_BITSET');
  assert.equal(showSocketType(0o2000001), 'SOCK_STREAM|SOCK_CLOEXEC');
  assert.equal(showCloneFlags(0x1200011), 'CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|0x11');
  assert.equal(showSignal(11), 'SIGSEGV');
  assert.equal(showSignal(40), '40');
});

test('what has no name is a number', () => {
  assert.equal(bits({ A: 1 })(0x8000_0001 | 0), 'A|0x80000000');
  assert.equal(oneOf({ A: 1 })(7), '7');
  assert.equal(fieldAndBits(3, { A: 0 }, { B: 4 })(7), '3|B');
});

test('results', () => {
  const byName = (name: string) => CALLS.find((call) => call.name === name)!;
  assert.equal(resultText(byName('read'), -9, -1), '-1 errno=9 (Bad file descriptor)');
  assert.equal(resultText(byName('lseek'), 0, 1), String(2 ** 32));
  assert.equal(resultText(byName('brk'), 0x1000, 0), '0x0000000000001000');
});
