import { defaultFeatures, type RiscvFeatures } from '../../isa/riscv/features.ts';
import { createRiscv } from '../../isa/riscv/guest.ts';
import { RiscvState } from '../../isa/riscv/state.ts';
import type { Abi } from './abi.ts';
import { RISCV_SIGNALS } from './riscv-context.ts';
import { RISCV64_SIGNAL_RETURN, RISCV64_VDSO } from './riscv64-vdso.ts';
import { RiscvUserCpu } from './riscv-user-cpu.ts';
import { GENERIC } from './structures.ts';

const LETTERS = ['i', 'm', 'a', 'f', 'd', 'c'] as const;

/** Linux on riscv64 (RISC-V ELF psABI; Linux, Documentation/riscv). */
export function riscv64(features: RiscvFeatures = defaultFeatures): Abi {
  return {
    name: 'riscv64',
    gdbArchitecture: 'riscv:rv64',
    elfMachine: 243,
    numbers: 'generic',
    structures: GENERIC,
    registers: { file: 'x', number: 17, arguments: [10, 11, 12, 13, 14, 15], result: 10, stack: 2, link: 1, thread: 4 },
    callLength: 4,
    guest: createRiscv(features),
    stateStruct: RiscvState,
    signals: RISCV_SIGNALS,
    vdso: RISCV64_VDSO,
    signalReturn: RISCV64_SIGNAL_RETURN,
    hwcap: LETTERS.filter((letter) => features[letter]).reduce((bits, letter) => bits | (1 << bit(letter)), 0),
    platform: undefined,
    cpuinfo: (processors) => cpuinfo(features, processors),
    createCpu: (site) => new RiscvUserCpu({ ...site, features }),
  };
}

function bit(letter: string): number {
  return letter.charCodeAt(0) - 'a'.charCodeAt(0);
}

/** arch/riscv/kernel/cpu.c, c_show: what Linux tells of each hart. */
function cpuinfo(features: RiscvFeatures, processors: number): string {
  const letters = LETTERS.filter((letter) => features[letter]).join('');
  const hart = (index: number): string =>
    `processor\t: ${index}\nhart\t\t: ${index}\nisa\t\t: rv64${letters}\nmmu\t\t: sv57\n\n`;
  return Array.from({ length: processors }, (_, index) => hart(index)).join('');
}
