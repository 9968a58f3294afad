import { RiscvCpu } from '../../isa/riscv/cpu.ts';
import { RiscvDebug } from '../../isa/riscv/debug.ts';
import type { AddressTranslation } from '../../isa/riscv/mmu.ts';
import type { RiscvFeatures } from '../../isa/riscv/features.ts';
import { U } from '../../isa/riscv/state.ts';
import { MSTATUS_FS } from '../../isa/riscv/status.ts';
import {
  BREAKPOINT,
  ECALL_U,
  FETCH_ACCESS,
  FETCH_MISALIGNED,
  FETCH_PAGE,
  ILLEGAL,
  LOAD_ACCESS,
  LOAD_MISALIGNED,
  LOAD_PAGE,
  STORE_MISALIGNED,
} from '../../isa/riscv/traps.ts';
import { word } from '../../isa/riscv/state.ts';
import { EXIT_INTERRUPT, type Contexts } from '../../mem/cpu.ts';
import type { AddressSpace } from '../../mem/address-space.ts';
import type { MachineLog } from '../../mem/machine-log.ts';
import { dropReservation, restoreContext, saveContext } from './riscv-context.ts';
import type { Stop, UserCpu } from './cpu.ts';

const EXIT = word('exit');
const PC = word('pc');
const COUNTERS = 7n;

export interface RiscvUserSite {
  readonly memory: WebAssembly.Memory;
  readonly stateAddress: number;
  readonly contexts: Contexts;
  readonly features: RiscvFeatures;
  readonly space: AddressSpace;
  readonly translation: AddressTranslation;
  readonly log: MachineLog;
  /** What the time CSR counts. */
  readonly now: () => number;
}

/** A RISC-V hart in U, with nothing above it: what would trap stops the program. */
export class RiscvUserCpu extends RiscvCpu implements UserCpu {
  readonly debug: RiscvDebug = new RiscvDebug(this);
  #stop: Stop | undefined;

  constructor({ translation, now, ...site }: RiscvUserSite) {
    super({
      ...site,
      hartId: 0,
      timer: { now, arm() {} },
      supervisor: {
        memory: translation,
        raise: (cause, low, high) => {
          this.#stop = stopOf(cause, low, high);
          Atomics.or(this.hart.words, EXIT, EXIT_INTERRUPT);
        },
      },
    });
  }

  takeStop(): Stop | undefined {
    const stop = this.#stop;
    this.#stop = undefined;
    return stop;
  }

  adopt(): void {
    this.loaded();
  }

  begin(pc: number, stack: number): void {
    const csrs = { mcounteren: COUNTERS, scounteren: COUNTERS, mstatus: BigInt(MSTATUS_FS) };
    this.start({ pc: BigInt(pc), privilege: U, a0: 0n, a1: 0n, csrs });
    this.writeX(2, BigInt(stack));
  }

  jump(low: number, high: number): void {
    const { words } = this.hart;
    words[PC] = low & ~1;
    words[PC + 1] = high;
    dropReservation(words);
  }

  saveContext(view: DataView, at: number): void {
    saveContext(this.hart.words, view, at);
  }

  restoreContext(view: DataView, at: number): boolean {
    return restoreContext(this.hart.words, view, at);
  }
}

function stopOf(cause: number, low: number, high: number): Stop {
  switch (cause) {
    case ECALL_U:
      return { kind: 'call' };
    case BREAKPOINT:
      return { kind: 'breakpoint' };
    case ILLEGAL:
      return { kind: 'illegal' };
    case FETCH_MISALIGNED:
    case LOAD_MISALIGNED:
    case STORE_MISALIGNED:
      return { kind: 'misaligned', low, high };
    case FETCH_ACCESS:
    case FETCH_PAGE:
      return { kind: 'fault', access: 'fetch', low, high };
    case LOAD_ACCESS:
    case LOAD_PAGE:
      return { kind: 'fault', access: 'load', low, high };
    default:
      return { kind: 'fault', access: 'store', low, high };
  }
}
