/** Kernel, initrd and device tree stand where native QEMU puts them, and the hart starts as there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { planBoot, type BootFile } from '../../src/firmware/boot.ts';
import { makeElf } from '../../src/firmware/make-elf.ts';

const MIB = 2 ** 20;
const RAM = 0x8000_0000;
const directory = mkdtempSync(join(tmpdir(), 'tinamou-boot-'));
after(() => rmSync(directory, { recursive: true }));

function file(name: string, bytes: Uint8Array): BootFile {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return { name: path, bytes };
}

const kernel = file('kernel.bin', new Uint8Array(8_000_000));
const initrd = file('initrd', new Uint8Array(3_000_001));
const program = file(
  'kernel.elf',
  makeElf({
    entry: RAM + 0x30_0040,
    segments: [
      { physical: RAM + 0x30_0000, bytes: [0x13, 0, 0, 0], memorySize: 0x1000 },
      { physical: RAM + 0x40_0000, bytes: [1] },
    ],
  }),
);

interface Machine {
  readonly mib: number;
  readonly bios?: BootFile | 'none';
  readonly kernel?: BootFile;
  readonly initrd?: BootFile;
}

/** Addresses of what is in RAM, and the ten numbers behind the code of the reset vector. */
interface Layout {
  readonly addresses: readonly number[];
  readonly numbers: readonly string[];
}

function native({ mib, bios, ...files }: Machine): Layout {
  const args = ['-M', 'virt', '-m', `${mib}`, '-S', '-display', 'none', '-serial', 'null', '-monitor', 'stdio'];
  if (bios !== undefined) args.push('-bios', bios === 'none' ? bios : bios.name);
  for (const [option, { name }] of Object.entries(files)) args.push(`-${option}`, name);
  const output = execFileSync('qemu-system-riscv64', args, {
    input: 'info roms\nxp /8gx 0x1018\nquit\n',
    encoding: 'utf8',
    timeout: 20_000,
  });
  const roms = output.matchAll(/^addr=([0-9a-f]+) size=\S+ mem=ram name="(.*)"/gm);
  const ours = [...roms].filter(([, , name]) => !name!.includes('opensbi'));
  const words = [...output.matchAll(/^0{8}[0-9a-f]{8}: (0x[0-9a-f]{16}) (0x[0-9a-f]{16})/gm)];
  return {
    addresses: ours.map(([, address]) => Number.parseInt(address!, 16)).toSorted((a, b) => a - b),
    numbers: words.flatMap(([, low, high]) => [low!, high!]),
  };
}

function planned({ mib, bios, ...files }: Machine): Layout {
  const tree = { name: '', properties: {} };
  const { loads, resetVector } = planBoot({
    ramBase: RAM,
    ramSize: mib * MIB,
    bios: bios ?? 'builtin',
    tree,
    ...files,
  });
  const data = new DataView(resetVector.buffer);
  return {
    addresses: loads.map(({ address }) => address).toSorted((a, b) => a - b),
    numbers: Array.from(
      { length: 8 },
      (_, i) =>
        `0x${data
          .getBigUint64(0x18 + i * 8, true)
          .toString(16)
          .padStart(16, '0')}`,
    ),
  };
}

const machines: Readonly<Record<string, Machine>> = {
  'nothing to start': { mib: 128 },
  'a raw kernel': { mib: 128, kernel },
  'an ELF kernel and an initrd': { mib: 128, kernel: program, initrd },
  'no firmware': { mib: 128, bios: 'none', kernel },
  'no firmware, an ELF kernel': { mib: 128, bios: 'none', kernel: program },
  'a raw firmware': { mib: 128, bios: kernel, kernel: initrd },
  'an ELF firmware': { mib: 256, bios: program },
};
for (const mib of [32, 64, 128, 256, 1024, 3072]) {
  Object.assign(machines, { [`${mib} MiB`]: { mib, kernel, initrd } });
}

for (const [name, machine] of Object.entries(machines)) {
  test(`boot with ${name}`, { timeout: 30_000 }, () => assert.deepEqual(planned(machine), native(machine)));
}
