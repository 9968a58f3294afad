import type { HostClock } from '../host/clock.ts';
import { EXIT_TIMER } from '../mem/cpu.ts';
import type { MachineConfig } from './config.ts';
import { MachineCore } from './core.ts';
import { ENDED, RUNNING } from './vcpu-control.ts';

/** What the timer's thread is given. */
export interface TimerData {
  readonly config: MachineConfig;
  readonly memory: WebAssembly.Memory;
}

/** Interrupts a vCPU that runs when a deadline passes. Returns when the machine has ended. */
export function runTimerThread({ config, memory }: TimerData, clock: HostClock): void {
  const nobody = { shutdown() {}, reset() {} };
  const core = new MachineCore(config, { clock, log() {}, power: nobody, entropy: { fill() {} } }, memory);
  const { deadlines } = core;
  const control = core.controls[0]!;
  // The generation is sampled by wait() itself: a change between these two lines rings before it.
  while (control.wanted !== ENDED) {
    deadlines.wait(control.wanted === RUNNING, (vcpu) => core.kick(EXIT_TIMER, vcpu));
  }
}
