/**
 * Goldfish real-time clock: nanoseconds since 1970 and one alarm. Described in "Goldfish Virtual
 * Hardware" of the Android emulator, section IX (Goldfish timer); binding google,goldfish-rtc.
 */

import { device } from './device.ts';
import { cells64 } from './fdt.ts';

export const goldfishRtc = device(
  'goldfish_rtc',
  {
    doc: 'Real-time clock of the Goldfish platform (Android emulator, "Goldfish Virtual Hardware").',
    size: 0x24,
    access: { min: 4, max: 4 },
    regs: {
      TIME_LOW: [0x00, 'rw', 'low half of the time in ns; reading it latches the high half'],
      TIME_HIGH: [0x04, 'rw', 'high half of the time'],
      ALARM_LOW: [0x08, 'rw', 'low half of the alarm; writing it arms the alarm'],
      ALARM_HIGH: [0x0c, 'rw', 'high half of the alarm; to be written first'],
      IRQ_ENABLED: [0x10, 'rw', 'bit 0: the alarm interrupts'],
      CLEAR_ALARM: [0x14, 'wo', 'disarms the alarm'],
      ALARM_STATUS: [0x18, 'ro', '1: the alarm is armed'],
      CLEAR_INTERRUPT: [0x1c, 'wo', 'takes the interrupt back'],
    },
    state: {
      /** Time is this much ahead of the machine's virtual time. */
      offset: 'u64',
      pending: 'u8',
      armed: 'u8',
    },
    irqs: 1,
    section: { name: 'goldfish_rtc', version: 2 },
    compatible: ['google,goldfish-rtc'],
    dt: ({ base, irqs }) => [
      {
        name: `rtc@${base.toString(16)}`,
        properties: {
          interrupts: [...irqs],
          'interrupt-parent': [{ ref: 'plic' }],
          reg: [...cells64(base), ...cells64(0x1000)],
          compatible: 'google,goldfish-rtc',
        },
      },
    ],
  },
  (d, env) => {
    const line = env.irq(0);
    const timer = env.timer('alarm', fire);

    const time = (): bigint => BigInt.asUintN(64, BigInt(Math.floor(env.clock.now())) + d.offset);
    const alarm = (): bigint => (BigInt(d.ALARM_HIGH) << 32n) | BigInt(d.ALARM_LOW);
    const update = (): void => line.set((d.pending & d.IRQ_ENABLED & 1) === 1);

    function fire(): void {
      d.armed = 0;
      d.pending = 1;
      update();
    }

    function arm(): void {
      const wait = alarm() - time();
      if (wait <= 0n) {
        timer.disarm();
        fire();
        return;
      }
      d.armed = 1;
      timer.arm(env.clock.now() + Number(wait));
    }

    function setTime(value: bigint): void {
      d.offset = BigInt.asUintN(64, d.offset + value - time());
    }

    return {
      regs: {
        TIME_LOW: {
          read() {
            const now = time();
            d.TIME_HIGH = Number(now >> 32n);
            return Number(now & 0xffff_ffffn);
          },
          write: (value) => setTime((time() & ~0xffff_ffffn) | BigInt(value)),
        },
        TIME_HIGH: {
          read: () => d.TIME_HIGH,
          write: (value) => setTime((time() & 0xffff_ffffn) | (BigInt(value) << 32n)),
        },
        ALARM_LOW: {
          read: () => d.ALARM_LOW,
          write(value) {
            d.ALARM_LOW = value;
            arm();
          },
        },
        IRQ_ENABLED: {
          read: () => d.IRQ_ENABLED,
          write(value) {
            d.IRQ_ENABLED = value & 1;
            update();
          },
        },
        CLEAR_ALARM: {
          write() {
            d.armed = 0;
            timer.disarm();
          },
        },
        ALARM_STATUS: { read: () => d.armed },
        CLEAR_INTERRUPT: {
          write() {
            d.pending = 0;
            update();
          },
        },
      },
      reset() {
        d.offset = BigInt.asUintN(
          64,
          BigInt(Math.floor(env.clock.wallSeconds())) * 1_000_000_000n - BigInt(Math.floor(env.clock.now())),
        );
        update();
      },
      /** The calendar has not stood still. */
      loaded(meanwhile) {
        d.offset = BigInt.asUintN(64, d.offset + BigInt(Math.floor(meanwhile)));
        if (d.armed !== 0 && meanwhile !== 0) arm();
        update();
      },
    };
  },
);
