import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { test } from 'node:test';
import { UserError } from '../base/errors.ts';
import { load, planBoot, type BootFile, type BootRequest } from './boot.ts';
import { FakeTarget } from './fake-target.ts';
import { readTree } from './fdt-reader.ts';
import { treeSource } from './fdt-source.ts';
import type { DtNode } from './fdt.ts';
import { inflateKernel, isLinuxImage } from './image.ts';
import { makeElf } from './make-elf.ts';

const MIB = 2 ** 20;
const RAM = 0x8000_0000;
const tree: DtNode = { name: '', properties: { compatible: 'riscv-virtio' } };
const file = (name: string, bytes: Uint8Array | number): BootFile => ({
  name,
  bytes: typeof bytes === 'number' ? new Uint8Array(bytes).fill(1) : bytes,
});
const plan = (request: Partial<BootRequest>) =>
  planBoot({ ramBase: RAM, ramSize: 128 * MIB, bios: 'builtin', tree, ...request });
const places = (request: Partial<BootRequest>) =>
  plan(request).loads.map(({ what, address }) => `${what} 0x${address.toString(16)}`);
const refuses = (request: Partial<BootRequest>, message: RegExp) =>
  assert.throws(
    () => plan(request),
    (error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
  );

function linuxImage(length: number, imageSize: number): Uint8Array {
  const image = new Uint8Array(length);
  const data = new DataView(image.buffer);
  data.setBigUint64(8, 0x20_0000n, true);
  data.setBigUint64(16, BigInt(imageSize), true);
  image.set(new TextEncoder().encode('RISCV\0\0\0RSC\x05'), 48);
  return image;
}

test('the built-in SBI starts the kernel in S-mode', () => {
  const kernel = file('k', linuxImage(1 * MIB, 2 * MIB));
  const { start, loads, fdtAddress } = plan({ kernel, initrd: file('i', 3 * MIB), append: 'quiet' });
  assert.deepEqual(start, { kind: 'sbi', pc: 0x8020_0000, a1: 0x87e0_0000 });
  assert.deepEqual(
    loads.map(({ what, address }) => [what, address]),
    [
      ['kernel k', 0x8020_0000],
      ['initrd i', 0x8420_0000],
      ['the device tree', fdtAddress],
    ],
  );
  const { root } = readTree(loads[2]!.bytes, 'device tree x');
  assert.match(
    treeSource(root),
    /bootargs = "quiet";\n\t\tlinux,initrd-start = <0x84200000>;\n\t\tlinux,initrd-end = <0x84500000>;/,
  );
  assert.deepEqual(plan({}).start, { kind: 'idle' });
});

test('places are those of the machine being followed', () => {
  const kernel = file('k', 8_000_000);
  const initrd = file('i', 3_000_001);
  for (const [ramMib, initrdAt, fdt] of [
    [32, '0x81200000', '0x81e00000'],
    [64, '0x82200000', '0x83e00000'],
    [128, '0x84200000', '0x87e00000'],
    [256, '0x88200000', '0x8fe00000'],
    [1024, '0x88200000', '0xbfe00000'],
    [3072, '0x88200000', '0xbfe00000'],
  ] as const) {
    assert.deepEqual(places({ ramSize: ramMib * MIB, kernel, initrd }), [
      'kernel k 0x80200000',
      `initrd i ${initrdAt}`,
      `the device tree ${fdt}`,
    ]);
  }
  assert.deepEqual(places({ bios: 'none', kernel }), ['kernel k 0x80000000', 'the device tree 0x87e00000']);
  assert.deepEqual(places({ bios: file('b', 8_000_000), kernel: initrd }), [
    'firmware b 0x80000000',
    'kernel i 0x80800000',
    'the device tree 0x87e00000',
  ]);
});

test('an ELF kernel is where it says and starts at its lowest address', async () => {
  const segments = [
    { physical: RAM + 0x30_2000, bytes: [1], memorySize: 0x1000 },
    { physical: RAM + 0x30_0000, bytes: [1, 2] },
  ];
  const kernel = file('k', makeElf({ entry: RAM + 0x30_0040, segments }));
  const { start, loads, resetVector } = plan({ kernel, initrd: file('i', 1) });
  assert.deepEqual(start, { kind: 'sbi', pc: RAM + 0x30_0000, a1: 0x87e0_0000 });
  assert.equal(loads[2]!.address, 0x8430_0000);
  assert.equal(new DataView(resetVector.buffer).getBigUint64(0x38, true), 0x8030_0000n);
  const target = new FakeTarget(RAM, 128 * MIB);
  target.memory.fill(0xff, 0x30_2000, 0x30_4000);
  await load(plan({ kernel }), target);
  assert.deepEqual([...target.memory.subarray(0x30_2000, 0x30_2002)], [1, 0]);
  assert.equal(target.memory[0x30_3000], 0xff);
});

test('files that can go straight to RAM do, one after the other', async () => {
  const calls: string[] = [];
  const streamed = (name: string, bytes: Uint8Array, byte: number): BootFile => ({
    ...file(name, bytes),
    readInto: async (into) => {
      calls.push(`${name} ${into.length}`);
      await Promise.resolve();
      into.fill(byte);
    },
  });
  const kernel = streamed('k', linuxImage(1 * MIB, 2 * MIB), 7);
  const initrd = streamed('i', new Uint8Array(3 * MIB), 8);
  const made = plan({ kernel, initrd });
  assert.deepEqual(calls, []);
  const target = new FakeTarget(RAM, 128 * MIB);
  await load(made, target);
  assert.deepEqual(calls, [`k ${MIB}`, `i ${3 * MIB}`]);
  const at = (address: number) => target.memory[address - RAM];
  assert.deepEqual([at(0x8020_0000), at(0x802f_ffff), at(0x8030_0000)], [7, 7, 0]);
  assert.deepEqual([at(0x8420_0000), at(0x844f_ffff), at(0x8450_0000)], [8, 8, 0]);
  assert.deepEqual(target.memory.subarray(made.fdtAddress - RAM).subarray(0, made.fdt.length), made.fdt);
});

test('what a file says when it can no longer be read ends the load', async () => {
  const readInto = () => Promise.reject(new UserError('gone'));
  const kernel = { ...file('k', linuxImage(1 * MIB, 2 * MIB)), readInto };
  await assert.rejects(load(plan({ kernel }), new FakeTarget(RAM, 128 * MIB)), { message: 'gone' });
});

test('the reset vector goes to the firmware, in RAM or in flash', () => {
  const words = (request: Partial<BootRequest>) => {
    const { resetVector, start } = plan(request);
    const data = new DataView(resetVector.buffer);
    const double = (at: number) => data.getBigUint64(at, true).toString(16);
    return [start.kind, double(0x18), double(0x20), double(0x28), double(0x30), double(0x38), double(0x40)];
  };
  const [kernel, bios] = [file('k', 16), file('b', 16)];
  assert.deepEqual(words({ bios: 'none', kernel }), [
    'reset',
    '80000000',
    '87e00000',
    '4942534f',
    '2',
    '80000000',
    '1',
  ]);
  assert.deepEqual(words({ bios }), ['reset', '80000000', '87e00000', '4942534f', '2', '0', '1']);
  const flash = { unit0: 0x2000_0000, unit1: 0x2200_0000 };
  assert.deepEqual(words({ bios, kernel, flash }), ['reset', '20000000', '87e00000', '4942534f', '2', '22000000', '1']);
  const forFirmware = plan({ kernel, initrd: bios, flash });
  assert.deepEqual(forFirmware.start, { kind: 'sbi', pc: 0x2200_0000, a1: 0x87e0_0000 });
  assert.deepEqual(forFirmware.forFirmware, { kernel, initrd: bios });
  assert.equal(forFirmware.loads.length, 1);
});

test('mistakes are one line that says how to mend them', () => {
  const kernel = file('k', 16);
  refuses({ append: 'x' }, /^-append only allowed with -kernel/);
  refuses({ initrd: kernel }, /^-initrd only allowed with -kernel/);
  refuses({ kernel: file('k', 0) }, /^kernel k is empty/);
  refuses({ kernel: file('ls', makeElf({ machine: 62 })) }, /^kernel ls is for x86-64, this machine is riscv64/);
  refuses({ kernel: file('k', makeElf({ bits: 32 })) }, /is for riscv32/);
  refuses({ bios: file('b', makeElf({ littleEndian: false })) }, /^firmware b is for big-endian riscv64/);
  refuses({ kernel: file('k.o', makeElf({})) }, /^kernel k.o has nothing to load/);
  refuses({ kernel: file('k', linuxImage(64, 129 * MIB)) }, /^kernel k does not fit into 128 MiB of RAM: .* -m/);
  refuses({ kernel, initrd: file('i', 70 * MIB) }, /^initrd i does not fit into 128 MiB of RAM: .* -m/);
  refuses({ kernel, initrd: file('i', 61 * MIB) }, /^initrd i and the device tree overlap at 0x87e00000: .* -m/);
  refuses(
    { kernel: file('k', linuxImage(64, 65 * MIB)), initrd: kernel },
    /^initrd k does not fit behind the kernel: .* -m/,
  );
  refuses({ kernel: file('k', linuxImage(64, 126 * MIB)) }, /kernel k and the device tree overlap/);
  const low = makeElf({ segments: [{ physical: RAM, bytes: [1] }] });
  refuses(
    { kernel: file('k', low) },
    /the built-in firmware and kernel k overlap .* -bios none|kernel k and the built-in/,
  );
  assert.doesNotThrow(() => plan({ bios: 'none', kernel: file('k', low) }));
  refuses({ kernel: file('k', makeElf({ segments: [{ physical: 0x1000, bytes: [1] }] })) }, /0x1000 to 0x1001/);
  refuses({ tree: file('t', 50) }, /^device tree t is not a usable device tree/);
  const bigEndian = linuxImage(64, 64);
  bigEndian[24] = 1;
  refuses({ kernel: file('k', bigEndian) }, /big-endian/);
  const arm = new Uint8Array(64);
  arm.set([0x41, 0x52, 0x4d, 0x64], 56);
  refuses({ kernel: file('k', arm) }, /^kernel k is a Linux Image for aarch64, this machine is riscv64/);
});

test('an Image that is also an EFI program tells where it ends', () => {
  const image = linuxImage(0x400, 0x1000);
  const data = new DataView(image.buffer);
  image.set([0x4d, 0x5a]);
  data.setUint32(60, 0x40, true);
  image.set([0x50, 0x45, 0, 0], 0x40);
  data.setUint16(0x46, 1, true);
  data.setUint32(0x58 + 16, 0x300, true);
  data.setUint32(0x58 + 20, 0x100, true);
  assert.ok(isLinuxImage(image));
  assert.doesNotThrow(() => plan({ kernel: file('k', image) }));
  refuses({ kernel: file('k', image.subarray(0, 0x3ff)) }, /^kernel k is cut short/);
});

test('gzip is unpacked, within RAM', async () => {
  const kernel = new Uint8Array(100_000).fill(7);
  const packed = new Uint8Array(gzipSync(kernel));
  assert.deepEqual(await inflateKernel(packed, 'kernel k', MIB), kernel);
  assert.equal(await inflateKernel(kernel, 'kernel k', 1), kernel);
  await assert.rejects(inflateKernel(packed, 'kernel k', 99_999), /more than the machine's RAM/);
  await assert.rejects(inflateKernel(packed.subarray(0, 60), 'kernel k', MIB), /damaged gzip data/);
});
