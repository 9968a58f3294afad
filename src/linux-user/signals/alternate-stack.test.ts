import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../../mem/arena.ts';
import { EINVAL, ENOMEM, EPERM } from '../errno.ts';
import { AlternateStack, SS_AUTODISARM, SS_DISABLE, SS_ONSTACK } from './alternate-stack.ts';

const stackT = (address: number, flags: number, size: number): DataView => {
  const view = new DataView(new ArrayBuffer(24));
  view.setBigUint64(0, BigInt(address), true);
  view.setInt32(8, flags, true);
  view.setBigUint64(16, BigInt(size), true);
  return view;
};
const make = (): AlternateStack => new AlternateStack(new Arena(1 << 16));
const flags = (stack: AlternateStack, pointer: number): number => {
  const view = stackT(0, 0, 0);
  stack.describe(view, 0, pointer);
  return view.getInt32(8, true);
};

test('a thread has none at first', () => {
  const stack = make();
  assert.equal(stack.top, undefined);
  assert.equal(flags(stack, 100), SS_DISABLE);
});

test('it is in use while the stack pointer is in it, and cannot be changed then', () => {
  const stack = make();
  assert.equal(stack.set(stackT(0x10000, 0, 0x4000), 0, 0x50000), 0);
  assert.equal(stack.top, 0x14000);
  assert.deepEqual(
    [0x10000, 0x10001, 0x14000, 0x14001].map((pointer) => stack.holds(pointer)),
    [false, true, true, false],
  );
  assert.equal(flags(stack, 0x12000), SS_ONSTACK);
  assert.equal(stack.set(stackT(0x20000, 0, 0x4000), 0, 0x12000), -EPERM);
  assert.equal(stack.set(stackT(0, SS_DISABLE, 0), 0, 0x50000), 0);
  assert.equal(stack.top, undefined);
});

test('what is too small, or has other flags, is refused', () => {
  const stack = make();
  assert.equal(stack.set(stackT(0x10000, 0, 2047), 0, 0), -ENOMEM);
  assert.equal(stack.set(stackT(0x10000, 5, 0x4000), 0, 0), -EINVAL);
  assert.equal(stack.top, undefined);
});

test('one that disarms itself is gone while its handler runs', () => {
  const stack = make();
  assert.equal(stack.set(stackT(0x10000, SS_AUTODISARM, 0x4000), 0, 0), 0);
  assert.equal(flags(stack, 0x12000), SS_AUTODISARM);
  stack.entered();
  assert.equal(stack.top, undefined);
});
