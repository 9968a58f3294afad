/** The same random accesses on our devices and on native QEMU's give the same answers. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { aclintMtimer } from '../../src/hw/aclint-mtimer.ts';
import { aclintSwi } from '../../src/hw/aclint-swi.ts';
import type { Device, DeviceDeclaration } from '../../src/hw/device.ts';
import { fwCfg } from '../../src/hw/fw-cfg.ts';
import { plic } from '../../src/hw/plic.ts';
import { RIG_RAM, Rig } from '../../src/hw/rig.ts';
import { uart16550 } from '../../src/hw/uart16550.ts';
import { virtioBlk } from '../../src/hw/virtio/blk.ts';
import { virtConsole } from '../../src/hw/virtio/console.ts';
import { virtioMmio } from '../../src/hw/virtio/mmio.ts';
import type { VirtioModel } from '../../src/hw/virtio/model.ts';
import { virtioRng } from '../../src/hw/virtio/rng.ts';
import { virtioSerial } from '../../src/hw/virtio/serial.ts';
import { Random } from '../fuzz/random.ts';
import { NativeQtest } from './native-qtest.ts';

const SEED = Number(process.env['HW_SEED'] ?? 1);
const ACCESSES = Number(process.env['HW_ACCESSES'] ?? 3000);
const LETTERS: Record<number, string> = { 1: 'b', 2: 'w', 4: 'l', 8: 'q' };
const QEMU_PLIC = '/machine/unattached/device[2]';

/** One access of either side: a qtest command, and the same on a rig. */
interface Step {
  readonly command: string;
  run(rig: Rig): bigint;
}

function read(address: number, size: number): Step {
  return {
    command: `read${LETTERS[size]} 0x${address.toString(16)}`,
    run: ({ space }) => BigInt(space.load(address, size)) | (BigInt(space.high) << 32n),
  };
}

function write(address: number, size: number, value: number, high = 0): Step {
  const all = (BigInt(high) << 32n) | BigInt(value);
  return {
    command: `write${LETTERS[size]} 0x${address.toString(16)} 0x${all.toString(16)}`,
    run({ space }) {
      space.store(address, size, value, high);
      return 0n;
    },
  };
}

async function compare(args: readonly string[], rig: Rig, steps: readonly Step[]): Promise<void> {
  await using native = new NativeQtest(args);
  const answers = await native.run(steps.map(({ command }) => command));
  steps.forEach((step, i) => {
    const ours = step.run(rig);
    const history = () =>
      steps
        .slice(Math.max(0, i - 12), i + 1)
        .map(({ command }, j) => `${command} -> ${answers[Math.max(0, i - 12) + j]}`)
        .join('\n');
    if (answers[i] !== '') assert.equal(ours, BigInt(answers[i]!), `step ${i}, seed ${SEED}:\n${history()}`);
  });
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

test('UART: any registers at any size', async () => {
  const random = new Random(SEED);
  const rig = new Rig();
  rig.add(uart16550, { base: 0x1000_0000 });
  const steps: Step[] = [];
  for (let i = 0; i < ACCESSES; i++) {
    const size = pick(random, [1, 1, 1, 2, 4, 8]);
    const address = 0x1000_0000 + random.below(8 / size) * size;
    if (random.below(2) === 0) steps.push(read(address, size));
    // DLAB and loopback now and then only, so that the other registers are met too.
    else steps.push(write(address, size, random.below(4) === 0 ? random.below(256) : random.below(256) & 0x4f));
  }
  await compare([], rig, steps);
});

test('PLIC: priorities, thresholds, enables, claims', async () => {
  const random = new Random(SEED);
  const at = (offset: number): number => 0xc00_0000 + offset;
  const context = (number: number, register: number): number => at(0x20_0000 + 0x1000 * number + register);
  const make = () => {
    const rig = new Rig();
    return { rig, controller: rig.add(plic, { base: at(0) }) };
  };
  const rigs = [make(), make()];
  const steps: Step[] = [];
  // The first rig runs ahead, so that the sequence can depend on what was claimed.
  const add = (...added: Step[]): number => {
    steps.push(...added);
    return Number(added.map((step) => step.run(rigs[0]!.rig)).at(-1));
  };
  const levels = new Set<number>();
  const inService = new Set<number>();
  const set = (source: number, level: boolean): void => {
    if (level) levels.add(source);
    else levels.delete(source);
    add({
      command: `set_irq_in ${QEMU_PLIC} unnamed-gpio-in ${source} ${level ? 1 : 0}`,
      run(rig) {
        rigs
          .find((one) => one.rig === rig)!
          .controller.input(source)
          .set(level);
        return 0n;
      },
    });
  };
  while (steps.length < ACCESSES) {
    const source = 1 + random.below(95);
    const number = random.below(2);
    const enable = at(0x2000 + 0x80 * number);
    switch (random.below(8)) {
      case 0:
        add(write(at(4 * source), 4, random.next()), read(at(4 * source), 4));
        break;
      case 1:
        // Source 0 has no bit here, where QEMU keeps one.
        add(write(enable + 4 * random.below(3), 4, (random.next() & ~1) >>> 0));
        break;
      case 2:
        add(read(enable + 4 * random.below(3), 4));
        break;
      case 3:
        add(write(context(number, 0), 4, random.below(4) === 0 ? random.next() : 0), read(context(number, 0), 4));
        break;
      case 4: {
        const claimed = add(read(context(number, 4), 4));
        if (claimed !== 0) inService.add(claimed);
        break;
      }
      case 5:
        add(read(at(0x1000 + 4 * random.below(3)), 4));
        break;
      case 6:
        // QEMU 7.2 lets a source ask again while it is in service; the specification does not.
        if (!inService.has(source)) set(source, !levels.has(source));
        break;
      default:
        for (const one of inService) {
          // QEMU 7.2 forgets a wire that is still high, and takes completions of disabled sources.
          set(one, false);
          add(write(enable + 4 * (one >>> 5), 4, ((1 << (one & 31)) & ~1) >>> 0));
          if (one % 32 === 0) continue;
          add(write(context(number, 4), 4, one));
          inService.delete(one);
        }
    }
  }
  await compare([], rigs[1]!.rig, steps);
});

test('ACLINT: software interrupts, compare registers, time that stands still', async () => {
  const random = new Random(SEED);
  const rig = new Rig();
  rig.add(aclintSwi, { base: 0x200_0000 });
  rig.add(aclintMtimer, { base: 0x200_4000 });
  const steps: Step[] = [];
  for (let i = 0; i < ACCESSES; i++) {
    const address = pick(random, [0x200_0000, 0x200_0004, 0x200_4000, 0x200_4004, 0x200_bff8, 0x200_bffc]);
    const isTimer = address >= 0x200_4000;
    const size = isTimer && address % 8 === 0 ? pick(random, [4, 8]) : 4;
    if (random.below(2) === 0) steps.push(read(address, size));
    else steps.push(write(address, size, random.below(2 ** 32), size === 8 ? random.below(2 ** 32) : 0));
  }
  await compare([], rig, steps);
});

test('fw_cfg: items, directory, DMA', async () => {
  const random = new Random(SEED);
  const rig = new Rig();
  const { api } = rig.add(fwCfg, { base: 0x1010_0000 });
  api.add(4, Uint8Array.of(0, 0));
  api.add(5, Uint8Array.of(1, 0));
  for (const name of ['bios-geometry', 'bootorder']) api.addFile(name, new Uint8Array(0));
  api.addFile('etc/boot-fail-wait', new Uint8Array(4).fill(0xff));
  const swap = (value: number): number => new DataView(Uint32Array.of(value).buffer).getUint32(0);
  const keys = [0, 1, 4, 5, 0x19, 0x20, 0x21, 0x22, 0x23, 0x40, 0x3fff];
  const steps: Step[] = [];
  for (let i = 0; i < ACCESSES / 8; i++) {
    const key = pick(random, keys);
    switch (random.below(4)) {
      case 0:
        steps.push(write(0x1010_0008, 2, swap(key) >>> 16));
        break;
      case 1:
        for (let n = random.below(20); n > 0; n--) steps.push(read(0x1010_0000, pick(random, [1, 2, 4, 8])));
        break;
      case 2:
        steps.push(pick(random, [read(0x1010_0010, 4), read(0x1010_0014, 4), read(0x1010_0010, 8)]));
        break;
      default: {
        const control = pick(random, [2, 4, 8, 0x0a, 0x0c, 0x10, 0x18, 0]) | (key << 16);
        const length = random.below(40);
        const words = [swap(control >>> 0), swap(length), 0, swap(RIG_RAM + 0x1000)];
        words.forEach((word, n) => steps.push(write(RIG_RAM + 4 * n, 4, word)));
        steps.push(write(0x1010_0010, 4, 0), write(0x1010_0014, 4, swap(RIG_RAM)), read(RIG_RAM, 4));
        for (let n = 0; n < 48; n += 8) steps.push(read(RIG_RAM + 0x1000 + n, 8));
      }
    }
  }
  await compare([], rig, steps);
});

/** Slots 7, 6 and 5 as `-device` fills them, the rest empty. */
function addVirtio(rig: Rig, modern: boolean): void {
  const serial = rig.make(virtioSerial);
  serial.api.plugPort(rig.make(virtConsole));
  const models: (Device<VirtioModel> | undefined)[] = [
    rig.make(virtioRng),
    rig.make(virtioBlk, { props: { serial: 'abc' } }),
    serial,
    undefined,
  ];
  models.forEach((model, i) => {
    const slot = rig.add(virtioMmio, { base: 0x1000_8000 - 0x1000 * i, props: { 'force-legacy': !modern } });
    if (model === undefined) return;
    slot.api.plug(model);
    (model as Device & { declaration: DeviceDeclaration }).powerOn();
    slot.reset();
  });
}

for (const modern of [false, true]) {
  test(`virtio-mmio ${modern ? 'modern' : 'legacy'}: identification, features, queues, configuration`, async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'tinamou-hw-'));
    const image = join(scratch, 'disk.raw');
    try {
      writeFileSync(image, '');
      truncateSync(image, 64 * 512);
      const random = new Random(SEED);
      const rig = new Rig();
      addVirtio(rig, modern);
      const steps: Step[] = [];
      const base = (): number => 0x1000_8000 - 0x1000 * random.below(4);
      const identity = [0x00, 0x04, 0x08, 0x0c];
      const others = modern ? [0x44, 0x60, 0x70, 0xb0, 0xb4] : [0x40, 0x60, 0x70];
      for (let i = 0; i < ACCESSES; i++) {
        const at = base();
        switch (random.below(7)) {
          case 0:
            steps.push(read(at + pick(random, [...identity, ...others, 0x34]), 4));
            break;
          case 1: {
            const select = random.below(2);
            steps.push(write(at + 0x14, 4, select));
            // QEMU offers RING_RESET (bit 40), for which virtio-mmio has no register.
            const features = read(at + 0x10, 4);
            if (!modern || select !== 1) steps.push(features);
            break;
          }
          case 2:
            steps.push(write(at + 0x30, 4, random.below(5)), read(at + 0x34, 4));
            break;
          case 3: {
            const size = pick(random, [1, 2, 4]);
            steps.push(read(at + 0x100 + random.below(0x40 / size) * size, size));
            break;
          }
          case 4:
            steps.push(write(at + 0x70, 4, pick(random, [0, 1, 3, 3, 7, 11])), read(at + 0x70, 4));
            break;
          case 5:
            if (modern) steps.push(write(at + 0x24, 4, 0), write(at + 0x20, 4, 1 << 28));
            else
              steps.push(write(at + 0x28, 4, 4096), write(at + 0x24, 4, 0), write(at + 0x20, 4, random.below(2 ** 32)));
            break;
          default:
            steps.push(write(at + 0x30, 4, 0), write(at + 0x38, 4, 2 ** random.below(11)));
            if (modern) {
              for (const part of [0x80, 0x90, 0xa0])
                steps.push(write(at + part, 4, RIG_RAM + 0x1000 * random.below(64)));
              steps.push(write(at + 0x44, 4, random.below(2)), read(at + 0x44, 4));
            } else steps.push(write(at + 0x3c, 4, 4096), write(at + 0x40, 4, RIG_RAM / 4096 + random.below(64)));
        }
      }
      const slots = [
        '-device virtio-rng-device',
        `-drive if=none,id=d,format=raw,file=${image}`,
        '-device virtio-blk-device,drive=d,serial=abc',
        '-device virtio-serial-device -chardev null,id=c -device virtconsole,chardev=c',
        ...(modern ? ['-global virtio-mmio.force-legacy=false'] : []),
      ];
      await compare(
        slots.flatMap((option) => option.split(' ')),
        rig,
        steps,
      );
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
}
