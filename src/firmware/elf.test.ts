import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../base/errors.ts';
import { elfExtent, elfSymbols, loadElf, machineName, parseElf } from './elf.ts';
import { FakeTarget } from './fake-target.ts';
import { makeElf } from './make-elf.ts';

const BASE = 0x8000_0000;
const refuses = (file: Uint8Array, message: RegExp) =>
  assert.throws(
    () => parseElf(file, 'kernel x'),
    (error) => error instanceof UserError && message.test(error.message),
  );

test('both widths and byte orders are read alike', () => {
  for (const bits of [32, 64] as const) {
    for (const littleEndian of [true, false]) {
      const segments = [{ physical: BASE, bytes: [1, 2, 3], memorySize: 8 }];
      const elf = parseElf(makeElf({ bits, littleEndian, entry: BASE + 4, segments }), 'kernel x');
      assert.deepEqual(
        { ...elf, segments: [] },
        { bits, littleEndian, type: 2, machine: 243, entry: BASE + 4, segments: [] },
      );
      const [segment] = elf.segments;
      assert.deepEqual([segment!.physical, segment!.memorySize, ...segment!.bytes], [BASE, 8, 1, 2, 3]);
      assert.deepEqual(elfExtent(elf), { low: BASE, high: BASE + 8 });
    }
  }
});

test('segments are loaded with zeroes behind them; other headers are not', () => {
  const target = new FakeTarget(BASE, 32);
  target.memory.fill(0xff);
  const segments = [
    { physical: BASE + 8, bytes: [1, 2], memorySize: 6 },
    { physical: 0, bytes: [9], type: 6 },
    { physical: BASE + 16, bytes: [], memorySize: 4 },
    { physical: BASE + 9, bytes: [7] },
  ];
  loadElf(parseElf(makeElf({ segments }), 'kernel x'), target, 'kernel x');
  assert.deepEqual([...target.memory.subarray(8, 14)], [1, 7, 0, 0, 0, 0]);
  assert.deepEqual([...target.memory.subarray(14, 21)], [255, 255, 0, 0, 0, 0, 255]);
});

test('nothing is written when a segment is outside RAM', () => {
  const target = new FakeTarget(BASE, 32);
  const segments = [
    { physical: BASE, bytes: [1] },
    { physical: BASE + 30, bytes: [1], memorySize: 3 },
  ];
  assert.throws(
    () => loadElf(parseElf(makeElf({ segments }), 'kernel x'), target, 'kernel x'),
    /0x8000001e to 0x80000021/,
  );
  assert.equal(target.memory[0], 0);
});

test('damaged files are refused in one line', () => {
  const segments = [{ physical: BASE, bytes: [1, 2, 3] }];
  const good = makeElf({ segments });
  for (let length = 5; length < good.length; length++) refuses(good.subarray(0, length), /cut short/);
  refuses(new Uint8Array([1, 2, 3]), /not a usable ELF/);
  const patched = (at: number, ...bytes: number[]) => {
    const file = good.slice();
    file.set(bytes, at);
    return file;
  };
  refuses(patched(4, 3), /class 3/);
  refuses(patched(5, 0), /byte order 0/);
  refuses(patched(54, 8, 0), /program headers of 8 bytes/);
  refuses(patched(56, 0xff, 0xff), /65535 program headers/);
  refuses(patched(32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), /beyond any memory/);
  refuses(patched(64 + 32, 4), /larger in the file/);
  refuses(patched(64 + 40 + 6, 0x20), /beyond any memory/);
});

test('machines have names', () => {
  assert.equal(machineName(243, 32), 'riscv32');
  assert.equal(machineName(62, 64), 'x86-64');
  assert.equal(machineName(9999, 64), 'machine 9999');
});

test('a file without sections has no symbols', () => {
  assert.deepEqual(elfSymbols(makeElf({})), []);
  assert.deepEqual(elfSymbols(new Uint8Array(3)), []);
});
