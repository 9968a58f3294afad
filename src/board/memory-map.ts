/** Where things are in the RISC-V `virt` machine, and their numbers at the interrupt controller. */

const MIB = 2 ** 20;

export const VIRT = {
  rom: { base: 0x1000, size: 0xf000 },
  test: { base: 0x10_0000 },
  rtc: { base: 0x10_1000, irq: 11 },
  /** Software interrupts at its start, the timer 0x4000 behind. */
  clint: { base: 0x200_0000, timer: 0x4000 },
  plic: { base: 0xc00_0000 },
  uart: { base: 0x1000_0000, irq: 10 },
  /** Transport n is `stride` behind transport n - 1. */
  virtio: { base: 0x1000_1000, stride: 0x1000, count: 8, irq: 1 },
  fwCfg: { base: 0x1010_0000 },
  /** Two chips. */
  flash: { base: 0x2000_0000, size: 32 * MIB },
  ram: { base: 0x8000_0000 },
} as const;

/** Ticks of mtime in a second. */
export const TIMEBASE = 10_000_000;
