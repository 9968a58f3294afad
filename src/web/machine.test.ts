import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../base/errors.ts';
import { createMachine } from './index.ts';

test('a page that cannot share memory is told what it lacks', async () => {
  await assert.rejects(createMachine(), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy/);
    return true;
  });
});
