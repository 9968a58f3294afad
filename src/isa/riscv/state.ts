/**
 * Everything a RISC-V hart keeps, in the machine's shared memory. Names are those of the manual
 * (Privileged Architecture 1.12). 64-bit fields are read by hot code as two 32-bit halves, through
 * an Int32Array over the same bytes.
 */

import { CPU_HEADER } from '../../mem/cpu.ts';
import { array, struct } from '../../mem/struct.ts';

export const RiscvState = struct({
  ...CPU_HEADER,
  /** x[0] stays 0; x[32] swallows what is written to x0. */
  x: array('i64', 33),
  f: array('i64', 32),
  /** fcsr in its two parts. */
  fflags: 'u32',
  frm: 'u32',
  /** Set to 1 by an instruction that writes an f register or fcsr: mstatus.FS then reads as dirty. */
  fpDirty: 'u32',
  /** 0 U, 1 S, 3 M. */
  privilege: 'u32',

  /**
   * Interrupts that are asked for from outside the hart: devices, timers, other harts. Changed with
   * Atomics alone, by any thread. `mip` is this, the software bits, and stimecmp's comparison.
   */
  mipExternal: 'i32',
  /** The bits of mip that software writes: SSIP, STIP, SEIP. */
  mipSoftware: 'i32',
  mie: 'i32',
  mideleg: 'i32',
  medeleg: 'i32',
  mcounteren: 'i32',
  scounteren: 'i32',
  mcountinhibit: 'i32',

  /** Without FS = dirty by `fpDirty`, and without SD, which is computed. */
  mstatus: 'i64',
  mtvec: 'i64',
  mepc: 'i64',
  mcause: 'i64',
  mtval: 'i64',
  mscratch: 'i64',
  menvcfg: 'i64',

  stvec: 'i64',
  sepc: 'i64',
  scause: 'i64',
  stval: 'i64',
  sscratch: 'i64',
  senvcfg: 'i64',
  satp: 'i64',
  stimecmp: 'i64',

  /** What was added to the running counters by writing them; the held value while inhibited. */
  mcycle: 'i64',
  minstret: 'i64',
  /** mhpmcounter3 to 31 and mhpmevent3 to 31, at their numbers. */
  mhpmcounter: array('i64', 32),
  mhpmevent: array('i64', 32),

  pmpcfg: array('u8', 16),
  pmpaddr: array('i64', 16),

  tselect: 'i64',
  tdata1: array('i64', 4),
  tdata2: array('i64', 4),
  tdata3: array('i64', 4),
});

/** Index of the low half of a 64-bit field in an Int32Array over the state. */
export const word = (field: keyof typeof RiscvState.offsetOf): number => RiscvState.offsetOf[field] / 4;

/** Privilege modes. */
export const U = 0;
export const S = 1;
export const M = 3;
