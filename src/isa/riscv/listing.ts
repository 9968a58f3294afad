import type { GuestInstruction } from '../../ir/guest.ts';
import { fillTemplate, written } from './assembly.ts';
import { CSRS } from './csr/index.ts';
import { fileOf, type Instruction } from './insn.ts';
import { F_NAMES, X_NAMES } from './registers-text.ts';

const CSR_NAMES = new Map(CSRS.map(({ number, name }) => [number, name]));
const COLUMN = 24;

/**
 * A decoded instruction as QEMU lists guest code: in columns, registers by their ABI names, 16-bit
 * instructions as what they expand to, upper immediates in their place, and the address that an
 * instruction relative to pc is about behind it.
 *
 *     bne                     a0,zero,-4              # 0x80000004
 */
export function listingOf(instruction: GuestInstruction, operands: Int32Array, pc: bigint): string {
  if (!('asm' in instruction)) return instruction.name;
  const { asm } = instruction as Instruction;
  const values = new Map(instruction.operands.map(({ name }, index) => [name, operands[index]!]));
  let about: bigint | undefined;
  const text = fillTemplate(asm, (name, form) => {
    const value = values.get(name)!;
    if (form === 'address' || (form === 'shifted' && instruction.name === 'auipc')) about = pc + BigInt(value);
    return operand(name, value);
  });
  const [, mnemonic, rest = ''] = /^(\S+)\s*(.*)$/.exec(text)!;
  const columns = `${mnemonic!.padEnd(COLUMN)}${rest.replaceAll(', ', ',')}`;
  if (about === undefined) return columns.trimEnd();
  return `${columns.padEnd(2 * COLUMN)}# 0x${BigInt.asUintN(64, about).toString(16)}`;
}

function operand(name: string, value: number): string {
  const file = fileOf(name);
  if (file !== undefined) return (file === 'x' ? X_NAMES : F_NAMES)[value]!;
  if (name === 'csr') return CSR_NAMES.get(value) ?? `0x${value.toString(16)}`;
  return name === 'shamt' ? String(value) : written(name, value);
}
