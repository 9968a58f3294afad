import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from './code.ts';

const bytesOf = (code: Code): number[] => [...code.bytes.subarray(0, code.length)];

/** Reads a LEB128 number back; `bits` of it are signed if that is not 0. */
function read(bytes: readonly number[], signedBits: number): bigint {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    assert.equal((byte & 0x80) !== 0, index < bytes.length - 1, 'only the last byte ends it');
  }
  return signedBits === 0 ? value : BigInt.asIntN(signedBits, BigInt.asIntN(7 * bytes.length, value));
}

test('unsigned numbers up to 2^53', () => {
  assert.deepEqual(bytesOf(new Code().u(0)), [0]);
  assert.deepEqual(bytesOf(new Code().u(127)), [0x7f]);
  assert.deepEqual(bytesOf(new Code().u(128)), [0x80, 1]);
  assert.deepEqual(bytesOf(new Code().u(624485)), [0xe5, 0x8e, 0x26]);
  for (let bit = 0; bit < 53; bit++) {
    for (const value of [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]) {
      assert.equal(read(bytesOf(new Code().u(value)), 0), BigInt(value));
    }
  }
});

test('signed numbers of 32 bits, in as few bytes as there can be', () => {
  assert.deepEqual(bytesOf(new Code().s(-1)), [0x7f]);
  assert.deepEqual(bytesOf(new Code().s(63)), [63]);
  assert.deepEqual(bytesOf(new Code().s(64)), [0xc0, 0]);
  assert.deepEqual(bytesOf(new Code().s(-64)), [0x40]);
  assert.deepEqual(bytesOf(new Code().s(-65)), [0xbf, 0x7f]);
  assert.deepEqual(bytesOf(new Code().s(-(2 ** 31))), [0x80, 0x80, 0x80, 0x80, 0x78]);
  // What is above 2^31 is the same bits with a sign.
  assert.deepEqual(bytesOf(new Code().s(0xffff_ffff)), [0x7f]);
  for (let bit = 0; bit < 31; bit++) {
    for (const value of [2 ** bit - 1, 2 ** bit, -(2 ** bit), -(2 ** bit) - 1]) {
      assert.equal(read(bytesOf(new Code().s(value)), 32), BigInt(value));
    }
  }
});

test('signed numbers of 64 bits, given as numbers and as bigints', () => {
  assert.deepEqual(bytesOf(new Code().s64(-1)), [0x7f]);
  assert.deepEqual(bytesOf(new Code().s64(2 ** 31)), [0x80, 0x80, 0x80, 0x80, 8]);
  assert.deepEqual(bytesOf(new Code().s64(2n ** 64n - 1n)), [0x7f]);
  for (let bit = 0n; bit < 64n; bit++) {
    for (const value of [2n ** bit - 1n, 2n ** bit, -(2n ** bit), -(2n ** bit) - 1n]) {
      const wrapped = BigInt.asIntN(64, value);
      assert.equal(read(bytesOf(new Code().s64(value)), 64), wrapped);
      if (bit < 53n) assert.equal(read(bytesOf(new Code().s64(Number(value))), 64), wrapped);
    }
  }
});

test('the buffer grows with what is written', () => {
  const code = new Code(1);
  for (let i = 0; i < 1000; i++) code.byte(i & 0xff);
  code.append(new Uint8Array(5000).fill(7)).text('höhe');
  assert.equal(code.length, 1000 + 5000 + 1 + 5);
  assert.equal(code.bytes[999], 999 & 0xff);
  assert.equal(code.bytes[5999], 7);
  assert.equal(code.bytes[6000], 5);
});

test('labels are depths from where the branch is', () => {
  const code = new Code();
  const outer = code.block();
  const inner = code.loop();
  code.br(outer).br(inner);
  code.end();
  code.br(outer);
  code.end();
  assert.deepEqual(bytesOf(code), [2, 0x40, 3, 0x40, 0x0c, 1, 0x0c, 0, 0x0b, 0x0c, 0, 0x0b]);
  assert.equal(code.depth, 0);
});

test('a hint is the place of its branch', () => {
  const code = new Code();
  const out = code.block();
  code.i32(1).brIf(out, false);
  code.i32(1);
  code.if(0x40, true);
  code.end();
  code.i32(0).brIf(out).end();
  assert.deepEqual(code.hints, [4, 0, 8, 1]);
});
