/** Fuzz target: any sequence of register accesses, input and time on any device. */

import type { DeviceDeclaration } from './device.ts';
import { devices } from './devices.ts';
import { Rig } from './rig.ts';

const SIZES = [1, 2, 4, 8] as const;

/** Takes the bytes as accesses: what, where (16 bits), value. Ends with them. */
export function exercise(rig: Rig, declaration: DeviceDeclaration, bytes: readonly number[]): void {
  const registers = Object.values(declaration.spec.regs);
  let at = 0;
  const byte = (): number => bytes[at++] ?? 0;
  while (at < bytes.length) {
    const what = byte();
    const size = SIZES[what & 3];
    const where = byte() | (byte() << 8);
    // Half of the accesses aim at a register.
    const register = registers[where % Math.max(1, registers.length)];
    const inside = (where >>> 4) % (register?.[3]?.span ?? 4);
    const offset = what & 4 && register !== undefined ? register[0] + (inside & ~(size - 1)) : where;
    const value = (byte() | (byte() << 8) | (byte() << 16) | (byte() << 24)) >>> 0;
    if (what & 0x80) rig.read(offset, size);
    else rig.write(offset, what & 0x40 ? value : value & 0xff, size);
    if ((what & 0x38) === 0x38) {
      rig.char.input.push(value & 0xff);
      rig.pass(value & 0xfffff);
    }
  }
}

export const target = {
  name: 'device-registers',

  run(data: Uint8Array): void {
    const declaration = devices[(data[0] ?? 0) % devices.length];
    const rig = Rig.for(declaration);
    const made = rig.add(declaration);
    exercise(rig, declaration, [...data.subarray(1, 4000)]);
    made.input(data[1] ?? 0).set(true);
    rig.disk.finish();
    made.poll();
    rig.pass(1e6);
    made.reset();
  },

  seeds(): Uint8Array[] {
    return devices.map((_, i) => Uint8Array.from({ length: 64 }, (__, j) => (j === 0 ? i : (j * 37) % 256)));
  },
};
