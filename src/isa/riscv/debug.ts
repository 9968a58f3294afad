/**
 * A hart's registers as gdb knows them (GDB manual, "RISC-V Features"), with the numbers that QEMU
 * gives them: x and pc, f, the privilege mode, and each CSR at its own number after those.
 */

import type { DebugCpu, DebugFeature, DebugRegister } from '../../mem/debug.ts';
import type { RiscvCpu } from './cpu.ts';
import { F_NAMES, X_NAMES } from './registers-text.ts';
import { M, S, U } from './state.ts';

const PC = 32;
const FIRST_F = 33;
const PRIV = 65;
const FIRST_CSR = 66;

/** What gdb is to show as addresses. */
const POINTERS: Readonly<Record<string, DebugRegister['type']>> = {
  ra: 'code_ptr',
  sp: 'data_ptr',
  gp: 'data_ptr',
  tp: 'data_ptr',
};

const register = (name: string, number: number, type: DebugRegister['type'] = 'int'): DebugRegister => ({
  name,
  number,
  bits: 64,
  type,
});

export class RiscvDebug implements DebugCpu {
  readonly features: readonly DebugFeature[];
  readonly #cpu: RiscvCpu;

  constructor(cpu: RiscvCpu) {
    this.#cpu = cpu;
    const feature = (name: string, file: string, registers: readonly DebugRegister[]): DebugFeature => ({
      name: `org.gnu.gdb.riscv.${name}`,
      file: `riscv-${file}.xml`,
      registers,
    });
    const { d, f } = cpu.hart.features;
    const float = F_NAMES.map((name, i) => register(name, FIRST_F + i, d ? 'ieee_double' : 'ieee_single'));
    this.features = [
      feature('cpu', '64bit-cpu', [
        ...X_NAMES.map((name, i) => register(name, i, POINTERS[name])),
        register('pc', PC, 'code_ptr'),
      ]),
      ...(f ? [feature('fpu', '64bit-fpu', float)] : []),
      feature('virtual', '64bit-virtual', [register('priv', PRIV)]),
      feature(
        'csr',
        'csr',
        cpu.csrs().map(({ name, number }) => register(name, FIRST_CSR + number)),
      ),
    ];
  }

  readRegister(number: number): bigint | undefined {
    const cpu = this.#cpu;
    if (number < PC) return cpu.readX(number);
    if (number === PC) return cpu.pc;
    if (number < PRIV) return cpu.hart.features.f ? cpu.readF(number - FIRST_F) : undefined;
    if (number === PRIV) return BigInt(cpu.privilege);
    return cpu.readCsr(number - FIRST_CSR);
  }

  writeRegister(number: number, value: bigint): boolean {
    const cpu = this.#cpu;
    if (number < PC) cpu.writeX(number, value);
    else if (number === PC) cpu.pc = value & BigInt(cpu.hart.pcMask);
    else if (number < PRIV) {
      if (!cpu.hart.features.f) return false;
      cpu.writeF(number - FIRST_F, value);
    } else if (number === PRIV) {
      const privilege = [U, S, M].find((mode) => BigInt(mode) === value);
      if (privilege === undefined) return false;
      cpu.privilege = privilege;
    } else return cpu.writeCsr(number - FIRST_CSR, value);
    return true;
  }
}
