import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BugError, unreachable, UserError } from './errors.ts';

test('a user error carries what programs need beside its message', () => {
  const cause = new Error('ENOENT');
  const error = new UserError('no such kernel', { code: 'missing', cause });
  assert.deepEqual(
    [error.name, error.message, error.code, error.cause],
    ['UserError', 'no such kernel', 'missing', cause],
  );
  assert.ok(!('cause' in new UserError('plain')));
});

test('the unreachable names what reached it', () => {
  assert.throws(() => unreachable('x' as never), new BugError('unreachable: x'));
});
