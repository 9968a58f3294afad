import type { HostClock } from '../host/clock.ts';
import type { Random } from '../host/random.ts';
import type { WorkerSide } from '../host/workers.ts';
import { EXIT_STOP } from '../mem/cpu.ts';
import type { VcpuData } from './config.ts';
import { MachineCore } from './core.ts';
import { Vcpu } from './vcpu.ts';
import { ENDED, PARKED, RUNNING } from './vcpu-control.ts';
import type { AskedQuestion, DebugStop } from './vcpu-questions.ts';

/** What a vCPU's thread tells the main thread. */
export type VcpuMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'shutdown'; readonly code: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'debug'; readonly stop: DebugStop }
  | { readonly kind: 'answer'; readonly value: unknown };

/** Instructions between two looks at the counters. */
const SLICE = 1 << 22;

/** The body of a vCPU's thread. Returns when the machine has ended. */
export function runVcpuThread({ data, pipe }: WorkerSide, host: { clock: HostClock; random: Random }): void {
  const { config, memory, index, start } = data as VcpuData;
  const tell = (message: VcpuMessage): void => pipe.post(message);
  /** The guest wants the machine to end or start anew: it stands still until the main thread decides. */
  const ask = (message: VcpuMessage): void => {
    core.control.parkItself();
    core.kick(EXIT_STOP);
    tell(message);
  };
  const core: MachineCore = new MachineCore(
    config,
    {
      clock: host.clock,
      power: { shutdown: (code) => ask({ kind: 'shutdown', code }), reset: () => ask({ kind: 'reset' }) },
      entropy: host.random,
    },
    memory,
  );
  const { control } = core;
  const vcpu = new Vcpu(core, index, start);
  tell({ kind: 'ready' });
  // The machine may have been started while this thread was still being made.
  if (park() === ENDED) return;
  for (;;) {
    const asked = control.questions.take();
    if (asked !== undefined) tell({ kind: 'answer', value: vcpu.answer(asked as AskedQuestion) });
    const did = vcpu.step(SLICE);
    switch (did) {
      case 'ran':
        break;
      case 'idle':
        wait();
        break;
      case 'stopped':
        if (park() === ENDED) return;
        break;
      default:
        ask({ kind: 'debug', stop: did });
    }
  }

  /** Waits to be wanted; what is wanted is looked at again after the state says running. */
  function park(): number {
    const seen = control.bell.sample();
    const { wanted } = control;
    control.state = wanted === ENDED ? ENDED : PARKED;
    if (wanted === ENDED) return ENDED;
    if (wanted === PARKED && !control.questions.isFull) control.bell.wait(seen);
    control.state = RUNNING;
    return RUNNING;
  }

  function wait(): void {
    const left = vcpu.deadline - core.clock.now();
    if (left <= 0 || core.clock.skipTo(vcpu.deadline)) return;
    core.waitForKick(left / 1e6);
  }
}
