import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mailbox } from './mailbox.ts';

test('a message is taken once, as it was posted', () => {
  const buffer = new SharedArrayBuffer(Mailbox.bytes);
  const [sender, receiver] = [new Mailbox(buffer, 0), new Mailbox(buffer, 0)];
  assert.equal(receiver.take(), undefined);
  const message = { name: 'write', args: [2n ** 64n - 1n, -1n, [1, 2, 255], { kind: 'é' }, true] };
  sender.post(message);
  assert.ok(receiver.isFull);
  assert.throws(() => sender.post(0), /before the last one/);
  assert.deepEqual(receiver.take(), message);
  assert.equal(sender.isFull, false);
  assert.throws(() => sender.post('x'.repeat(Mailbox.bytes)), /bytes/);
});
