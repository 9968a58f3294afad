import type { Start } from '../board/site.ts';
import type { WorkerThread, Workers } from '../host/workers.ts';
import { EXIT_STOP, EXIT_WORK } from '../mem/cpu.ts';
import type { VcpuData } from './config.ts';
import type { MachineCore } from './core.ts';
import type { TimerData } from './timer-thread.ts';
import { ENDED, PARKED, RUNNING } from './vcpu-control.ts';
import type { MachineThreads, VcpuEvents, VcpuHandle } from './vcpu-handle.ts';
import type { AskedQuestion, AskVcpu } from './vcpu-questions.ts';
import type { VcpuMessage } from './vcpu-thread.ts';

/** A vCPU on a thread of its own, and the thread that keeps its time. */
export class ThreadedVcpu implements VcpuHandle {
  readonly ready: Promise<void>;
  readonly #core: MachineCore;
  readonly #begun: () => void;
  /** Asked but not answered; the first is under way. */
  readonly #questions: { readonly asked: AskedQuestion; readonly resolve: (value: unknown) => void }[] = [];

  constructor(core: MachineCore, start: Start, threads: MachineThreads, workers: Workers, events: VcpuEvents) {
    this.#core = core;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#begun = resolve;
    const { config, arena } = core;
    const data: VcpuData = { config, memory: arena.memory, index: 0, start };
    const vcpu = workers.spawn(threads.vcpu, data, { name: 'vcpu0' });
    vcpu.listen((message) => this.#receive(message as VcpuMessage, events));
    const started: WorkerThread[] = [vcpu];
    if (config.clock.kind === 'host') {
      const timer: TimerData = { config, memory: arena.memory };
      started.push(workers.spawn(threads.timer, timer, { name: 'timer' }));
    }
    for (const thread of started) thread.ended.catch((error: unknown) => events.failed(error));
  }

  start(): void {
    this.#want(RUNNING);
  }

  async park(): Promise<void> {
    this.#want(PARKED);
    await this.#core.control.stopped();
  }

  requestReset(): void {
    this.#core.control.requestReset();
  }

  readonly ask: AskVcpu = (name, ...args) =>
    new Promise((resolve) => {
      this.#questions.push({ asked: { name, args }, resolve: resolve as (value: unknown) => void });
      if (this.#questions.length === 1) this.#post();
    });

  /** Sends the first question that waits. */
  #post(): void {
    const { control } = this.#core;
    const [first] = this.#questions;
    if (first === undefined) return;
    control.questions.post(first.asked);
    control.bell.ring();
    this.#core.kick(EXIT_WORK);
  }

  async end(): Promise<void> {
    this.#want(ENDED);
    // Threads that still start up, or clean up behind them, run no guest code.
    await this.#core.control.stopped();
  }

  #want(state: number): void {
    this.#core.control.wanted = state;
    this.#core.kick(EXIT_STOP);
    this.#core.deadlines.machineChanged();
  }

  #receive(message: VcpuMessage, events: VcpuEvents): void {
    switch (message.kind) {
      case 'ready':
        this.#begun();
        break;
      case 'shutdown':
        events.shutdown(message.code);
        break;
      case 'reset':
        events.reset();
        break;
      case 'debug':
        events.debug(message.stop);
        break;
      case 'answer':
        this.#questions.shift()!.resolve(message.value);
        this.#post();
        break;
    }
  }
}
