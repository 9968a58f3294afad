/** The lines of `info registers`, as QEMU 7.2 prints them for riscv64. */

import type { RiscvCpu } from './cpu.ts';

/** In this order, each on a line of its own after pc. */
const CSR_LINES: Readonly<Record<string, number>> = {
  mhartid: 0xf14,
  mstatus: 0x300,
  mip: 0x344,
  mie: 0x304,
  mideleg: 0x303,
  medeleg: 0x302,
  mtvec: 0x305,
  stvec: 0x105,
  mepc: 0x341,
  sepc: 0x141,
  mcause: 0x342,
  scause: 0x142,
  mtval: 0x343,
  stval: 0x143,
  mscratch: 0x340,
  sscratch: 0x140,
  satp: 0x180,
};

/** ABI names (RISC-V ELF psABI, chapter 1). */
export const X_NAMES: readonly string[] = [
  'zero',
  'ra',
  'sp',
  'gp',
  'tp',
  't0',
  't1',
  't2',
  's0',
  's1',
  'a0',
  'a1',
  'a2',
  'a3',
  'a4',
  'a5',
  'a6',
  'a7',
  's2',
  's3',
  's4',
  's5',
  's6',
  's7',
  's8',
  's9',
  's10',
  's11',
  't3',
  't4',
  't5',
  't6',
];
export const F_NAMES: readonly string[] = [
  'ft0',
  'ft1',
  'ft2',
  'ft3',
  'ft4',
  'ft5',
  'ft6',
  'ft7',
  'fs0',
  'fs1',
  'fa0',
  'fa1',
  'fa2',
  'fa3',
  'fa4',
  'fa5',
  'fa6',
  'fa7',
  'fs2',
  'fs3',
  'fs4',
  'fs5',
  'fs6',
  'fs7',
  'fs8',
  'fs9',
  'fs10',
  'fs11',
  'ft8',
  'ft9',
  'ft10',
  'ft11',
];

const hex = (value: bigint): string => value.toString(16).padStart(16, '0');

function file(names: readonly string[], letter: string, read: (register: number) => bigint): string[] {
  const cells = names.map((name, i) => ` ${`${letter}${i}/${name}`.padEnd(8)} ${hex(read(i))}`);
  return Array.from({ length: names.length / 4 }, (_, i) => cells.slice(4 * i, 4 * i + 4).join(''));
}

export function registersText(cpu: RiscvCpu): string {
  const line = (name: string, value: bigint): string => ` ${name.padEnd(8)} ${hex(value)}`;
  return [
    line('pc', cpu.pc),
    ...Object.entries(CSR_LINES).map(([name, number]) => line(name, cpu.readCsr(number) ?? 0n)),
    ...file(X_NAMES, 'x', (register) => cpu.readX(register)),
    ...file(F_NAMES, 'f', (register) => cpu.readF(register)),
  ].join('\n');
}
