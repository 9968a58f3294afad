import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isScript, readScript, SCRIPT_HEAD } from './script.ts';

const read = (text: string): unknown => {
  const line = readScript(Uint8Array.from(text, (character) => character.charCodeAt(0)).subarray(0, SCRIPT_HEAD));
  return line === undefined ? undefined : [line.interpreter, line.argument];
};

test('a script names an interpreter and at most one argument', () => {
  assert.deepEqual(read('#!/bin/sh\necho'), ['/bin/sh', undefined]);
  assert.deepEqual(read('#! \t/bin/sh  \t\n'), ['/bin/sh', undefined]);
  assert.deepEqual(read('#!/usr/bin/env -S python3  -I \n'), ['/usr/bin/env', '-S python3  -I']);
  assert.deepEqual(read('#!/bin/sh'), ['/bin/sh', undefined]);
  assert.deepEqual(read('#!/bin/sh\0 x\n'), ['/bin/sh', undefined]);
});

test('a line without a name, or with one that is cut off, is none', () => {
  assert.equal(read('#!\n/bin/sh'), undefined);
  assert.equal(read('#!  \t \n'), undefined);
  assert.equal(read(`#!/${'x'.repeat(300)}\n`), undefined);
  assert.equal(read(`#!/${'x'.repeat(252)}\n`) === undefined, false);
  assert.equal(read(`#!/${'x'.repeat(253)}\n`), undefined);
  // What is cut off of an argument is left out.
  assert.deepEqual(read(`#!/bin/sh ${'x'.repeat(300)}\n`), ['/bin/sh', 'x'.repeat(246)]);
  assert.equal(isScript(new Uint8Array([0x23])), false);
});
