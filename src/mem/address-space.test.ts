import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressSpace } from './address-space.ts';
import type { AccessSizes } from './address-space.ts';
import { Arena } from './arena.ts';
import { PAGE_CODE } from './code-claims.ts';
import { GuestMemory } from './guest-memory.ts';

function makeSpace(access?: AccessSizes) {
  const arena = new Arena(1 << 20);
  const space = new AddressSpace(arena.memory);
  const memory = new GuestMemory(arena, space);
  const ram = arena.allocate(0x4000, 4096);
  const rom = arena.allocate(0x1000, 4096);
  space.add({ kind: 'ram', name: 'ram', base: 0x8000_0000, size: 0x4000, hostOffset: ram });
  space.add({ kind: 'rom', name: 'rom', base: 0x1000, size: 0x1000, hostOffset: rom });
  const trace: string[] = [];
  space.add({
    kind: 'mmio',
    name: 'device',
    base: 0x1000_0000,
    size: 0x10,
    ...(access && { access }),
    read(offset, size) {
      trace.push(`r${offset}/${size}`);
      return 0x11 * (offset + 1);
    },
    write(offset, size, value) {
      trace.push(`w${offset}/${size}=${value.toString(16)}`);
    },
  });
  return { space, memory, ram, rom, trace };
}

test('RAM is little-endian at every size, and one byte past it faults', () => {
  const { space, ram } = makeSpace();
  space.store(0x8000_0000, 8, 0x0403_0201, 0x0807_0605);
  assert.equal(space.load(0x8000_0000, 8), 0x0403_0201);
  assert.equal(space.high, 0x0807_0605);
  assert.equal(space.load(0x8000_0003, 2), 0x0504);
  assert.equal(space.load(0x8000_0007, 1), 8);
  space.load(0x8000_3ffd, 4);
  assert.equal(space.fault, true);
  space.load(0x8000_3ffc, 4);
  assert.equal(space.fault, false);
  assert.equal(space.ramOffset(0x8000_0010), ram + 16);
  assert.equal(space.ramOffset(0x1000), -1);
});

test('ROM ignores stores, loaders write it', () => {
  const { space, memory } = makeSpace();
  space.store(0x1000, 4, 5);
  assert.equal(space.fault, false);
  assert.equal(space.load(0x1000, 4), 0);
  assert.equal(memory.load(0x1000, Uint8Array.of(1, 2, 3, 4)), true);
  assert.equal(space.load(0x1000, 4), 0x0403_0201);
  memory.write(0x1000, Uint8Array.of(9));
  assert.equal(space.load(0x1000, 1), 1);
});

test('eight bytes of registers are two words, low first; misaligned ones two aligned accesses', () => {
  const { space, trace } = makeSpace();
  assert.equal(space.load(0x1000_0000, 8), 0x11);
  assert.equal(space.high, 0x55);
  space.store(0x1000_0008, 8, 1, 2);
  assert.deepEqual(trace.splice(0), ['r0/4', 'r4/4', 'w8/4=1', 'w12/4=2']);
  assert.equal(space.load(0x1000_0002, 4), 0x55_0000);
  space.store(0x1000_0001, 2, 0xabcd);
  assert.deepEqual(trace, ['r0/4', 'r4/4', 'w1/1=cd', 'w2/1=ab']);
});

test('declared sizes: others fault, handlers narrower than the access are called several times', () => {
  const narrow = makeSpace({ min: 1, max: 8, handlerMax: 1 });
  assert.equal(narrow.space.load(0x1000_0000, 4), 0x4433_2211);
  narrow.space.store(0x1000_0004, 2, 0x0201);
  assert.deepEqual(narrow.trace.slice(-2), ['w4/1=1', 'w5/1=2']);
  const wide = makeSpace({ min: 4, max: 4 });
  wide.space.load(0x1000_0000, 2);
  assert.equal(wide.space.fault, true);
  wide.space.store(0x1000_0000, 8, 0);
  assert.equal(wide.space.fault, true);
  assert.deepEqual(wide.trace, []);
});

test('overlapping regions are our mistake', () => {
  const { space } = makeSpace();
  assert.throws(() => space.add({ kind: 'mmio', name: 'x', base: 0x1000_000f, size: 1, read: () => 0, write() {} }));
});

test('mtree prints as QEMU does', () => {
  assert.deepEqual(makeSpace().space.mtree(), [
    '  0000000000000000-ffffffffffffffff (prio 0, i/o): system',
    '    0000000000001000-0000000000001fff (prio 0, rom): rom',
    '    0000000010000000-000000001000000f (prio 0, i/o): device',
    '    0000000080000000-0000000080003fff (prio 0, ram): ram',
  ]);
});

test('DMA into pages that hold code tells the translator', () => {
  const { memory, ram } = makeSpace();
  const seen: [number, number][] = [];
  memory.onCodeWrite = (pa, length) => void seen.push([pa, length]);
  memory.write(0x8000_0ff0, new Uint8Array(32));
  memory.pageFlags[ram / 4096 + 1] = PAGE_CODE;
  memory.writeU32(0x8000_0ffc, 1);
  memory.write(0x8000_0ff0, new Uint8Array(32));
  memory.writeU8(0x8000_1000, 1);
  assert.deepEqual(seen, [
    [0x8000_1000, 16],
    [0x8000_1000, 1],
  ]);
});

test('what is not RAM reads as zero and cannot be borrowed', () => {
  const { memory } = makeSpace();
  assert.equal(memory.bytes(0x8000_3fff, 2), undefined);
  assert.equal(memory.bytes(0x8000_3fff, 1)?.length, 1);
  assert.equal(memory.contains(2 ** 52, 2 ** 52), false);
  assert.equal(memory.readU32(0x1000_0000), 0);
  memory.writeU64(0x8000_0000, 0x1122_3344_5566_7788n);
  assert.equal(memory.readAddress(0x8000_0000), 0x11223344 * 2 ** 32 + 0x55667788);
  assert.deepEqual([...memory.read(0x7fff_fffe, 4)], [0, 0, 0x88, 0x77]);
});
