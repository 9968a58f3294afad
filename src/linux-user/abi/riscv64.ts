import { defaultFeatures, type RiscvFeatures } from '../../isa/riscv/features.ts';
import { createRiscv } from '../../isa/riscv/guest.ts';
import { RiscvState } from '../../isa/riscv/state.ts';
import type { Abi } from './abi.ts';
import { RISCV_SIGNALS } from './riscv-context.ts';
import { RISCV64_SIGNAL_RETURN, RISCV64_VDSO } from './riscv64-vdso.ts';
import { RiscvUserCpu } from './riscv-user-cpu.ts';

const LETTERS = ['i', 'm', 'a', 'f', 'd', 'c'] as const;

/** Linux on riscv64 (RISC-V ELF psABI; Linux, Documentation/riscv). */
export function riscv64(features: RiscvFeatures = defaultFeatures): Abi {
  return {
    name: 'riscv64',
    elfMachine: 243,
    numbers: 'generic',
    registers: { file: 'x', number: 17, arguments: [10, 11, 12, 13, 14, 15], result: 10, stack: 2, link: 1, thread: 4 },
    callLength: 4,
    guest: createRiscv(features),
    stateStruct: RiscvState,
    signals: RISCV_SIGNALS,
    vdso: RISCV64_VDSO,
    signalReturn: RISCV64_SIGNAL_RETURN,
    hwcap: LETTERS.filter((letter) => features[letter]).reduce((bits, letter) => bits | (1 << bit(letter)), 0),
    platform: undefined,
    createCpu: (site) => new RiscvUserCpu({ ...site, features }),
  };
}

function bit(letter: string): number {
  return letter.charCodeAt(0) - 'a'.charCodeAt(0);
}
