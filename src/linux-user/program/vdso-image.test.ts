import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RISCV64_VDSO } from '../abi/riscv64-vdso.ts';
import { readElf } from './elf.ts';
import { elfHash, vdsoImage } from './vdso-image.ts';

const { bytes, offsets } = vdsoImage(RISCV64_VDSO);
const view = new DataView(bytes.buffer);
const long = (at: number): number => Number(view.getBigUint64(at, true));
const text = (at: number): string => new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));

/** The dynamic section, found as a loader finds it. */
function dynamicSection(): Map<number, number> {
  const headers = long(32);
  for (let header = headers; ; header += 56) {
    if (view.getUint32(header, true) !== 2) continue;
    const entries = new Map<number, number>();
    for (let at = long(header + 8); long(at) !== 0; at += 16) entries.set(long(at), long(at + 8));
    return entries;
  }
}

/** Looks a symbol up by the hash table, and gives its address and the name of its version. */
function lookUp(name: string): { address: number; version: string } | undefined {
  const dynamic = dynamicSection();
  const [hash, strings, symbols] = [dynamic.get(4)!, dynamic.get(5)!, dynamic.get(6)!];
  const buckets = view.getUint32(hash, true);
  let index = view.getUint32(hash + 8 + 4 * (elfHash(name) % buckets), true);
  for (; index !== 0; index = view.getUint32(hash + 8 + 4 * (buckets + index), true)) {
    const symbol = symbols + 24 * index;
    if (text(strings + view.getUint32(symbol, true)) !== name) continue;
    const number = view.getUint16(dynamic.get(0x6fff_fff0)! + 2 * index, true);
    for (let at = dynamic.get(0x6fff_fffc)!; ; at += view.getUint32(at + 16, true)) {
      if (view.getUint16(at + 4, true) !== number) continue;
      const version = text(strings + view.getUint32(at + view.getUint32(at + 12, true), true));
      assert.equal(view.getUint32(at + 8, true), elfHash(version));
      return { address: long(symbol + 8), version };
    }
  }
  return undefined;
}

test('the hash of names is that of the System V ABI', () => {
  assert.equal(elfHash(''), 0);
  assert.equal(elfHash('printf'), 0x077905a6);
  assert.equal(elfHash('LINUX_2.6'), 0x3ae75f6);
});

test('it is a program of one segment, whatever address it gets', () => {
  const elf = readElf((offset, length) => bytes.subarray(offset, offset + length));
  assert.ok(typeof elf !== 'number');
  assert.equal(elf.machine, 243);
  assert.deepEqual(
    elf.segments.map(({ offset, address, memorySize, prot }) => ({ offset, address, memorySize, prot })),
    [{ offset: 0, address: 0, memorySize: bytes.length, prot: 5 }],
  );
  assert.ok(bytes.length < 4096);
});

test('a loader finds each function and its version', () => {
  for (const [name, words] of Object.entries(RISCV64_VDSO.functions)) {
    assert.deepEqual(lookUp(name), { address: offsets.get(name), version: 'LINUX_4.15' });
    words.forEach((word, index) => assert.equal(view.getUint32(offsets.get(name)! + 4 * index, true), word));
  }
  assert.equal(lookUp('__vdso_none'), undefined);
});

test('debuggers know the return from a handler by its instructions', () => {
  // li a7, 139; ecall
  assert.deepEqual(RISCV64_VDSO.functions['__vdso_rt_sigreturn'], [0x08b0_0893, 0x0000_0073]);
});
