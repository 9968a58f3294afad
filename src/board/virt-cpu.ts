import type { MTimer } from '../hw/aclint-mtimer.ts';
import type { Power } from '../hw/backends.ts';
import type { Timer } from '../hw/timers.ts';
import { RiscvCpu } from '../isa/riscv/cpu.ts';
import { RiscvDebug } from '../isa/riscv/debug.ts';
import type { RiscvFeatures } from '../isa/riscv/features.ts';
import type { HartTimer } from '../isa/riscv/interrupts.ts';
import { registersText } from '../isa/riscv/registers-text.ts';
import { word } from '../isa/riscv/state.ts';
import type { AddressSpace } from '../mem/address-space.ts';
import { OFF, RUNNING } from '../mem/cpu.ts';
import type { ExitWords } from '../mem/exit-words.ts';
import type { HartInterrupts } from '../mem/interrupts.ts';
import type { MachineLog } from '../mem/machine-log.ts';
import type { GuestMemory } from '../mem/guest-memory.ts';
import type { HartStates } from './hart-states.ts';
import { HartFirmware } from './riscv-sbi.ts';
import type { BoardCpu, CpuSite, Start } from './site.ts';

const RUN_STATE = word('runState');

interface VirtCpuSite extends CpuSite {
  readonly hart: number;
  readonly harts: HartStates;
  readonly interrupts: HartInterrupts;
  readonly exits: ExitWords;
  readonly memory: WebAssembly.Memory;
  readonly stateAddress: number;
  readonly space: AddressSpace;
  readonly guestMemory: GuestMemory;
  readonly mtimer: MTimer;
  /** The hart's alarm: its stimecmp, or the timer of its firmware. */
  readonly timer: Timer;
  readonly features: RiscvFeatures;
  readonly log: MachineLog;
  readonly power: Power;
  readonly builtinFirmware: boolean;
  /** Where the firmware's state lies. */
  readonly firmware: number;
  readonly pollConsole: () => void;
}

/** A hart of a `virt` machine, with its firmware if that is built in. */
export class VirtCpu implements BoardCpu {
  readonly cpu: RiscvCpu;
  readonly debug: RiscvDebug;
  readonly #hart: number;
  readonly #firmware: HartFirmware | undefined;

  constructor(site: VirtCpuSite) {
    const { memory, stateAddress, space, mtimer, timer, features, log, contexts } = site;
    const { hart, harts, interrupts, exits, guestMemory, power, others, pollConsole } = site;
    this.#hart = hart;
    const firmware = site.builtinFirmware
      ? new HartFirmware(
          features,
          { hart, harts, interrupts, exits, memory: guestMemory, space, mtimer, timer, power, others, pollConsole },
          memory,
          site.firmware,
        )
      : undefined;
    this.#firmware = firmware;
    this.cpu = new RiscvCpu({
      memory,
      stateAddress,
      space,
      contexts,
      features,
      hartId: hart,
      timer: hartTimer(mtimer, timer),
      log,
      environmentCall: firmware && (() => firmware.call()),
    });
    this.debug = new RiscvDebug(this.cpu);
    firmware?.serve(this.cpu, memory, stateAddress);
  }

  reset(start: Start): void {
    const { cpu } = this;
    const words = cpu.hart.words;
    Atomics.store(words, RUN_STATE, RUNNING);
    if (start.kind === 'sbi' && this.#hart === 0) {
      cpu.start(this.#firmware!.startState(start.pc, start.a1));
      return;
    }
    cpu.reset(start.kind === 'reset' ? start.pc : 0);
    if (start.kind !== 'reset') Atomics.store(words, RUN_STATE, OFF);
  }

  attend(): void {
    this.#firmware?.attend();
  }
  woke(): void {
    this.#firmware?.woke();
  }

  loaded(): void {
    this.cpu.loaded();
  }

  timerExpired(): void {
    if (this.#firmware?.timerExpired() !== true) this.cpu.timerExpired();
  }

  registers(): string[] {
    return registersText(this.cpu).split('\n');
  }
}

function hartTimer(mtimer: MTimer, timer: Timer): HartTimer {
  return {
    now: () => mtimer.now(),
    arm(ticks) {
      const deadline = ticks === Infinity ? Infinity : mtimer.deadline(BigInt(ticks));
      if (deadline === Infinity) timer.disarm();
      else timer.arm(deadline);
    },
  };
}
