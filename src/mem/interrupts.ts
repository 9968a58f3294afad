/**
 * How devices and CPUs meet: a device drives lines, an interrupt controller drives the pending bits
 * of harts. Both are called under the machine lock, on whichever thread caused the change.
 */

/** A level-sensitive wire. Setting the level it already has does nothing. */
export interface InterruptLine {
  set(level: boolean): void;
}

/** The interrupt inputs of the harts; the CPU side implements it and wakes the hart. */
export interface HartInterrupts {
  /** Sets bit `bit` of `mip` of hart `hart` (one of the constants below) to `level`. */
  setPending(hart: number, bit: number, level: boolean): void;
  /** Sets a bit as software would that runs on the hart, which clears it. */
  setSoftware(hart: number, bit: number): void;
}

/** Bits of `mip` that devices drive (RISC-V Privileged Architecture 1.12, section 3.1.9). */
export const MSIP = 3;
export const MTIP = 7;
export const SEIP = 9;
export const MEIP = 11;

/** A wire that ends nowhere. */
export const unconnected: InterruptLine = { set() {} };

/** The wire to bit `bit` of hart `hart`. */
export function hartLine(harts: HartInterrupts, hart: number, bit: number): InterruptLine {
  return { set: (level) => harts.setPending(hart, bit, level) };
}
