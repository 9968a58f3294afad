/** Software interrupts of harts: MSWI of the RISC-V ACLINT specification 1.0-rc4, chapter 3. */

import { array } from '../mem/struct.ts';
import { device } from './device.ts';
import { uint32 } from './properties.ts';

const MAX_HARTS = 64;

export const aclintSwi = device(
  'riscv.aclint.swi',
  {
    doc: 'Machine-level software interrupts (RISC-V ACLINT specification, MSWI).',
    size: 0x4000,
    access: { min: 4, max: 4 },
    regs: { MSIP: [0, 'rw', 'bit 0 of the word of hart h at 4h: its software interrupt', { span: 0x4000 }] },
    state: { msip: array('u8', MAX_HARTS) },
    properties: { 'hartid-base': uint32(0), 'num-harts': uint32(1), sswi: uint32(0) },
  },
  (d, env) => {
    const harts = Math.min(env.props['num-harts'], MAX_HARTS);
    const lines = Array.from({ length: harts }, (_, hart) => env.irq(hart));
    const update = (): void => lines.forEach((line, hart) => line.set((d.msip[hart] & 1) === 1));
    return {
      regs: {
        MSIP: {
          // "The most significant 31 bits are hardwired to zero", and so are harts that do not exist.
          read: (offset) => (offset >>> 2 < harts ? d.msip[offset >>> 2] & 1 : 0),
          write(value, offset) {
            const hart = offset >>> 2;
            if (hart >= harts) return;
            d.msip[hart] = value & 1;
            lines[hart].set(d.msip[hart] === 1);
          },
        },
      },
      reset: update,
      loaded: update,
    };
  },
);
