import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressSpace } from './address-space.ts';
import { Arena } from './arena.ts';
import { PAGE_CODE } from './code-claims.ts';
import { GuestMemory } from './guest-memory.ts';

const RAM = 0x8000_0000;
const FLASH = 0x2000_0000;

function rig() {
  const arena = new Arena(1 << 20);
  const space = new AddressSpace(arena.memory);
  const memory = new GuestMemory(arena, space);
  const ram = arena.allocate(0x4000, 4096);
  const flash = arena.allocate(0x2000, 4096);
  space.add({ kind: 'ram', name: 'ram', base: RAM, size: 0x4000, hostOffset: ram });
  const window = { direct: () => true, read: () => 0, write() {} };
  space.add({ kind: 'romd', name: 'flash', base: FLASH, size: 0x2000, hostOffset: flash, ...window });
  const told: [number, number][] = [];
  memory.onCodeWrite = (pa, length) => told.push([pa, length]);
  const holdCode = (host: number): void => void (memory.pageFlags[host / 4096]! |= PAGE_CODE);
  return { memory, ram, flash, told, holdCode };
}

test('writes are told of, page by page, where there is code', () => {
  const { memory, ram, told, holdCode } = rig();
  memory.write(RAM, new Uint8Array(0x4000));
  assert.deepEqual(told, []);
  holdCode(ram + 0x1000);
  holdCode(ram + 0x3000);
  memory.write(RAM + 0xff0, new Uint8Array(0x2030));
  assert.deepEqual(told, [
    [RAM + 0x1000, 0x1000],
    [RAM + 0x3000, 0x20],
  ]);
  told.length = 0;
  memory.writeU64(RAM + 0x1ffc, 5n);
  memory.writeU16(RAM + 0x1ffe, 1);
  memory.publishU16(RAM + 0x1001, 1);
  memory.writeU8(RAM, 1);
  assert.deepEqual(told, [
    [RAM + 0x1ffc, 4],
    [RAM + 0x1ffe, 2],
    [RAM + 0x1001, 2],
  ]);
});

test('a write that begins or ends outside memory is told of all the same', () => {
  const { memory, ram, told, holdCode } = rig();
  holdCode(ram);
  holdCode(ram + 0x3000);
  memory.write(RAM - 16, new Uint8Array(32));
  memory.write(RAM + 0x3ff0, new Uint8Array(64));
  assert.deepEqual(told, [
    [RAM, 16],
    [RAM + 0x3ff0, 16],
  ]);
});

test('flash that is loaded or programmed is told of', () => {
  const { memory, flash, told, holdCode } = rig();
  holdCode(flash + 0x1000);
  assert.ok(memory.load(FLASH + 0xff8, new Uint8Array(16)));
  memory.wroteStorage(flash + 0x1234, 4);
  memory.wroteStorage(flash + 0x234, 4);
  assert.deepEqual(told, [
    [FLASH + 0x1000, 8],
    [FLASH + 0x1234, 4],
  ]);
});
