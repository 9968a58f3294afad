/** Timer of harts: MTIMER of the RISC-V ACLINT specification 1.0-rc4, chapter 2. */

import { array } from '../mem/struct.ts';
import { device } from './device.ts';
import { cells64 } from './fdt.ts';
import { uint32 } from './properties.ts';

const MAX_HARTS = 64;
const MTIME = 0x7ff8;
/** The device tree shows the software interrupts below it as one CLINT of this size. */
const CLINT_BELOW = 0x4000;
const CLINT_SIZE = 0x1_0000;
const M_SOFTWARE = 3;
const M_TIMER = 7;

export interface MTimer {
  /** The value of mtime now. */
  time(): bigint;
  /** The same as a number, exact below 2^53: for what reads it often. */
  now(): number;
  /** Virtual time in nanoseconds at which mtime reaches `value`; Infinity if that is out of sight. */
  deadline(value: bigint): number;
}

export const aclintMtimer = device(
  'riscv.aclint.mtimer',
  {
    doc: 'Machine-level timer (RISC-V ACLINT specification, MTIMER).',
    size: 0x8000,
    access: { min: 4, max: 8 },
    regs: {
      MTIMECMP: [0, 'rw', 'time at which hart h is interrupted, at 8h', { span: 8 * MAX_HARTS }],
      MTIME: [MTIME, 'rw', 'time in ticks of timebase-freq', { span: 8 }],
    },
    state: {
      /** What mtime is ahead of the machine's virtual time. */
      delta: 'i64',
      timecmp: array('u64', MAX_HARTS),
    },
    // Its value after reset is unknown (section 2.2): the old one stays, 0 at first, which is due.
    keep: ['timecmp'],
    properties: { 'hartid-base': uint32(0), 'num-harts': uint32(1), 'timebase-freq': uint32(10_000_000) },
    section: { name: 'riscv_mtimer', version: 1 },
    compatible: ['sifive,clint0', 'riscv,clint0'],
    dt: ({ base, harts }) => [
      {
        name: `clint@${(base - CLINT_BELOW).toString(16)}`,
        properties: {
          'interrupts-extended': Array.from({ length: harts }, (_, hart) => [
            { ref: `intc${hart}` },
            M_SOFTWARE,
            { ref: `intc${hart}` },
            M_TIMER,
          ]).flat(),
          reg: [...cells64(base - CLINT_BELOW), ...cells64(CLINT_SIZE)],
          compatible: ['sifive,clint0', 'riscv,clint0'],
        },
      },
    ],
  },
  (d, env) => {
    const harts = Math.min(env.props['num-harts'], MAX_HARTS);
    const nanosecondsPerTick = 1e9 / env.props['timebase-freq'];
    const lines = Array.from({ length: harts }, (_, hart) => env.irq(hart));
    const timers = lines.map((_, hart) => env.timer(`hart${hart}`, () => update(hart)));

    const ticks = (): bigint => BigInt(Math.floor(env.clock.now() / nanosecondsPerTick));
    const time = (): bigint => BigInt.asUintN(64, ticks() + d.delta);

    /** The last delta seen, and the same as a number: it hardly ever changes. */
    const last = { delta: 0n, number: 0 };
    const now = (): number => {
      const { delta } = d;
      if (delta !== last.delta) {
        last.delta = delta;
        last.number = Number(BigInt.asIntN(64, delta));
      }
      const sum = Math.floor(env.clock.now() / nanosecondsPerTick) + last.number;
      return sum >= 0 ? sum : sum + 2 ** 64;
    };

    function deadline(value: bigint): number {
      const wait = Number(value - time());
      // Further than a float counts nanoseconds: nobody waits for it.
      return wait > 2 ** 52 ? Infinity : (Math.floor(env.clock.now() / nanosecondsPerTick) + wait) * nanosecondsPerTick;
    }

    /** MTIP is mtime >= mtimecmp, as unsigned numbers (section 2.3). */
    function update(hart: number): void {
      const value = d.timecmp[hart];
      const due = time() >= value;
      const at = due ? Infinity : deadline(value);
      if (at === Infinity) timers[hart].disarm();
      else timers[hart].arm(at);
      lines[hart].set(due);
    }

    const updateAll = (): void => lines.forEach((_, hart) => update(hart));

    const wordOf = (value: bigint, high: boolean): number => Number(BigInt.asUintN(32, high ? value >> 32n : value));
    const withWord = (value: bigint, high: boolean, word: number): bigint =>
      high ? (BigInt(word) << 32n) | (value & 0xffff_ffffn) : (value & ~0xffff_ffffn) | BigInt(word);

    return {
      regs: {
        MTIMECMP: {
          read: (offset) => (offset >>> 3 < harts ? wordOf(d.timecmp[offset >>> 3], (offset & 4) !== 0) : 0),
          write(value, offset) {
            const hart = offset >>> 3;
            if (hart >= harts) return;
            d.timecmp[hart] = withWord(d.timecmp[hart], (offset & 4) !== 0, value);
            update(hart);
          },
        },
        MTIME: {
          read: (offset) => wordOf(time(), offset === 4),
          write(value, offset) {
            d.delta = BigInt.asIntN(64, withWord(time(), offset === 4, value) - ticks());
            updateAll();
          },
        },
      },
      reset() {
        // "On MTIMER device reset, the MTIME register is cleared to zero" (section 2.1).
        d.delta = -ticks();
        updateAll();
      },
      loaded: updateAll,
      api: { time, now, deadline } satisfies MTimer as MTimer,
    };
  },
);
