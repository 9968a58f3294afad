/**
 * SiFive test finisher: how a guest powers the machine off. Devicetree binding `sifive,test0`.
 *
 *     31            16 15             0
 *     | exit status   | what to do    |   at offset 0
 */

import { device } from './device.ts';
import { cells64 } from './fdt.ts';

const FAIL = 0x3333;
const PASS = 0x5555;
const RESET = 0x7777;

export const sifiveTest = device(
  'riscv.sifive.test',
  {
    doc: 'Powers the machine off or resets it (binding sifive,test0).',
    size: 0x1000,
    access: { min: 2, max: 4 },
    regs: {
      FINISHER: [0, 'rw', '0x5555: power off; 0x7777: reset; 0x3333: power off with the status in bits 16 to 31'],
    },
    backends: { power: { kind: 'power', doc: 'the machine' } },
    compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
    dt: ({ base }) => [
      {
        name: `test@${base.toString(16)}`,
        label: 'test',
        properties: {
          reg: [...cells64(base), ...cells64(0x1000)],
          compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
        },
      },
    ],
  },
  (_d, env) => ({
    regs: {
      FINISHER: {
        read: () => 0,
        write(value) {
          const power = env.backends.power;
          const command = value & 0xffff;
          if (command === PASS) power?.shutdown(0);
          else if (command === FAIL) power?.shutdown(value >>> 16);
          else if (command === RESET) power?.reset();
          else env.log.guestError(`unknown command 0x${value.toString(16)}`);
        },
      },
    },
  }),
);
