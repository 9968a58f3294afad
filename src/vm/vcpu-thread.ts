import type { HostClock } from '../host/clock.ts';
import type { Random } from '../host/random.ts';
import type { WorkerSide } from '../host/workers.ts';
import { EXIT_STOP } from '../mem/cpu.ts';
import type { VcpuData } from './config.ts';
import { MachineCore } from './core.ts';
import type { Replayed } from './replay/replayer.ts';
import { ENDED, PARKED, RUNNING } from './vcpu-control.ts';
import { VcpuGroup } from './vcpu-group.ts';
import type { AskedQuestion, DebugStop } from './vcpu-questions.ts';

/** What a thread of vCPUs tells the main thread. */
export type VcpuMessage =
  | { readonly kind: 'ready'; readonly thread: number | undefined }
  | { readonly kind: 'shutdown'; readonly code: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'replayed'; readonly happening: Replayed }
  | { readonly kind: 'debug'; readonly vcpu: number; readonly stop: DebugStop }
  | { readonly kind: 'answer'; readonly value: unknown };

export interface VcpuThreadHost {
  readonly clock: HostClock;
  readonly random: Random;
  /** The host's number of this thread, if it says. */
  readonly thread?: number | undefined;
}

/** Instructions between two looks at the counters. */
const SLICE = 1 << 22;

/** The body of a thread that runs vCPUs. Returns when the machine has ended. */
export function runVcpuThread({ data, pipe }: WorkerSide, host: VcpuThreadHost): void {
  const { config, memory, thread, start } = data as VcpuData;
  const tell = (message: VcpuMessage): void => pipe.post(message);
  /** The guest wants the machine to end or start anew: it stands still until the main thread decides. */
  const ask = (message: VcpuMessage): void => {
    control.parkItself();
    core.kick(EXIT_STOP, thread);
    tell(message);
  };
  const core: MachineCore = new MachineCore(
    config,
    {
      clock: host.clock,
      power: { shutdown: (code) => ask({ kind: 'shutdown', code }), reset: () => ask({ kind: 'reset' }) },
      replayed: (happening) => ask({ kind: 'replayed', happening }),
      entropy: host.random,
    },
    memory,
  );
  const control = core.controls[thread]!;
  const group = new VcpuGroup(core, thread, start);
  tell({ kind: 'ready', thread: host.thread });
  // The machine may have been started while this thread was still being made.
  if (park() === ENDED) return;
  for (;;) {
    const asked = control.questions.take();
    if (asked !== undefined) tell({ kind: 'answer', value: group.answer(asked as AskedQuestion) });
    const did = group.step(SLICE);
    switch (did) {
      case 'ran':
        pause(core.clock.ahead());
        break;
      case 'blocked':
        group.rest(Infinity);
        break;
      case 'idle':
        wait();
        break;
      case 'stopped':
        if (park() === ENDED) return;
        break;
      default:
        ask({ kind: 'debug', vcpu: group.current, stop: did });
    }
  }

  /** Waits to be wanted; what is wanted is looked at again after the state says running. */
  function park(): number {
    group.leave();
    const seen = control.bell.sample();
    const { wanted } = control;
    control.state = wanted === ENDED ? ENDED : PARKED;
    if (wanted === ENDED) return ENDED;
    if (wanted === PARKED && !control.questions.isFull) control.bell.wait(seen);
    control.state = RUNNING;
    return RUNNING;
  }

  function wait(): void {
    const left = group.deadline - core.clock.now();
    if (left <= 0 || core.clock.skipTo(group.deadline)) return;
    const began = host.clock.now();
    group.rest(left / 1e6);
    core.clock.waited(host.clock.now() - began, group.deadline);
  }

  function pause(nanoseconds: number): void {
    if (nanoseconds > 0) group.rest(nanoseconds / 1e6);
  }
}
