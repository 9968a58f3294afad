/** Lines of the log about traps and translations, as QEMU 7.2 writes them for riscv64. */

import type { Access } from '../../mem/cpu.ts';

/** By exception code (3.1.15, table 3.6). */
const EXCEPTIONS: readonly (string | undefined)[] = [
  'misaligned_fetch',
  'fault_fetch',
  'illegal_instruction',
  'breakpoint',
  'misaligned_load',
  'fault_load',
  'misaligned_store',
  'fault_store',
  'user_ecall',
  'supervisor_ecall',
  undefined,
  'machine_ecall',
  'exec_page_fault',
  'load_page_fault',
  undefined,
  'store_page_fault',
];
/** Interrupts by their numbers. */
const INTERRUPTS: Readonly<Record<number, string>> = {
  1: 's_software',
  3: 'm_software',
  5: 's_timer',
  7: 'm_timer',
  9: 's_external',
  11: 'm_external',
};
const ACCESSES: Readonly<Record<Access, number>> = { load: 0, store: 1, fetch: 2 };

/** A 64-bit number of two halves, as 16 digits. */
const wide = (low: number, high: number): string =>
  `${(high >>> 0).toString(16).padStart(8, '0')}${(low >>> 0).toString(16).padStart(8, '0')}`;

export interface TrapReport {
  readonly hart: number;
  readonly isInterrupt: boolean;
  readonly cause: number;
  /** Halves of the address that was interrupted, and of the value that says more. */
  readonly pc: readonly [low: number, high: number];
  readonly value: readonly [low: number, high: number];
}

export function trapText({ hart, isInterrupt, cause, pc, value }: TrapReport): string {
  const description = (isInterrupt ? INTERRUPTS[cause] : EXCEPTIONS[cause]) ?? 'reserved';
  return `riscv_cpu_do_interrupt: hart:${hart}, async:${isInterrupt ? 1 : 0}, cause:${wide(cause, 0)}, epc:0x${wide(...pc)}, tval:0x${wide(...value)}, desc=${description}\n`;
}

export interface TranslationReport {
  readonly low: number;
  readonly high: number;
  readonly access: Access;
  readonly privilege: number;
  /** What it raised, or -1. */
  readonly cause: number;
  readonly physical: number;
  readonly permissions: number;
}

export function translationText(report: TranslationReport): string {
  const { low, high, access, privilege, cause, physical, permissions } = report;
  const address = BigInt(`0x${wide(low, high)}`).toString(16);
  const asked = `riscv_cpu_tlb_fill ad ${address} rw ${ACCESSES[access]} mmu_idx ${privilege}\n`;
  const place = cause < 0 ? BigInt(physical).toString(16).padStart(16, '0') : '0'.repeat(16);
  const answer = `riscv_cpu_tlb_fill address=${address} ret ${cause < 0 ? 0 : 1} physical ${place} prot ${cause < 0 ? permissions : 0}\n`;
  return asked + answer;
}
