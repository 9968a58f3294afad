/** Fuzz target: a virtqueue whose every byte is the guest's, on each device that has queues. */

import type { Device } from '../device.ts';
import { RIG_RAM, Rig } from '../rig.ts';
import { virtioBlk } from './blk.ts';
import { virtConsole } from './console.ts';
import type { VirtioModel } from './model.ts';
import { RigDriver } from './rig-driver.ts';
import { virtioRng } from './rng.ts';
import { virtioSerial } from './serial.ts';

function makeModel(rig: Rig, kind: number): Device<VirtioModel> {
  if (kind === 0) return rig.make(virtioRng);
  if (kind === 1) return rig.make(virtioBlk);
  const serial = rig.make(virtioSerial);
  serial.api.plugPort(rig.make(virtConsole));
  return serial;
}

export const target = {
  name: 'virtqueue',

  /** Byte 0: device, form, queue. Then descriptors of 8 bytes, scaled into RAM or not; then heads. */
  run(data: Uint8Array): void {
    const choice = data[0] ?? 0;
    const rig = new Rig();
    const model = makeModel(rig, choice % 3);
    const driver = new RigDriver(rig, model, {
      modern: (choice & 0x80) !== 0,
      features: choice & 0x40 ? 0 : 0xffff_ffff,
    });
    const queue = (choice >>> 4) & 3;
    const at = (i: number): number => data[i] ?? 0;
    let next = 1;
    for (let i = 0; i < 16; i++, next += 8) {
      const inRam = at(next) < 240;
      const address = inRam
        ? RIG_RAM + ((at(next + 1) << 12) | (at(next + 2) << 4))
        : at(next + 1) * 2 ** (at(next + 2) & 63);
      const length = at(next + 3) | ((at(next + 4) & 0x83) << 8);
      driver.describe(queue, i, address, length, at(next + 5) & 7, at(next + 6) % 18);
    }
    // A request that a disk understands, often enough.
    rig.memory.write(RIG_RAM, Uint8Array.of(at(next) % 14, 0, 0, 0, 0, 0, 0, 0, at(next + 1) % 80));
    for (let i = 0; i < 16; i++) {
      driver.publish(queue, at(next + 2 + i) % 20);
      driver.kick(queue);
      if (i % 4 === 3) rig.disk.finish(i > 8);
      rig.char.input.push(i);
      model.poll();
    }
    rig.memory.writeU16(driver.available(queue) + 2, at(next + 20) | (at(next + 21) << 8));
    driver.kick(queue);
    driver.start(0xffff_ffff);
    rig.disk.finish();
    model.poll();
  },

  seeds(): Uint8Array[] {
    return [0, 1, 2, 0x81, 0x82].map((kind) =>
      Uint8Array.from({ length: 170 }, (_, i) => (i === 0 ? kind : (i * 29) % 256)),
    );
  },
};
