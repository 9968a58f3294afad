import type { Start } from '../board/site.ts';
import type { WorkerThread, Workers } from '../host/workers.ts';
import { EXIT_WORK } from '../mem/cpu.ts';
import type { VcpuData } from './config.ts';
import type { MachineCore } from './core.ts';
import { ENDED, PARKED, RUNNING } from './vcpu-control.ts';
import type { MachineThreads, VcpuEvents, Vcpus } from './vcpus.ts';
import type { AskedQuestion, AskVcpu } from './vcpu-questions.ts';
import type { VcpuMessage } from './vcpu-thread.ts';

/** vCPUs on threads of their own, and the thread that keeps their time. */
export class ThreadedVcpus implements Vcpus {
  readonly ready: Promise<void>;
  readonly #core: MachineCore;
  readonly #threads: readonly GroupThread[];

  constructor(core: MachineCore, start: Start, threads: MachineThreads, workers: Workers, events: VcpuEvents) {
    this.#core = core;
    this.#threads = core.controls.map((_, index) => new GroupThread(core, index, start, threads, workers, events));
    this.ready = Promise.all(this.#threads.map(({ ready }) => ready)).then(() => undefined);
    if (core.config.clock.kind !== 'host') return;
    workers
      .spawn(threads.timer, core.timerData, { name: 'timer' })
      .ended.catch((error: unknown) => events.failed(error));
  }

  start(): void {
    this.#core.want(RUNNING);
  }

  park(): Promise<void> {
    this.#core.want(PARKED);
    return this.#stopped();
  }

  requestReset(): void {
    for (const control of this.#core.controls) control.requestReset();
  }

  readonly ask: AskVcpu = (vcpu, name, ...args) => {
    const thread = this.#threads[this.#core.config.isParallel ? vcpu : 0]!;
    return thread.ask({ vcpu, name, args }) as Promise<never>;
  };

  threadOf(vcpu: number): number | undefined {
    return this.#threads[this.#core.config.isParallel ? vcpu : 0]!.id;
  }

  end(): Promise<void> {
    this.#core.want(ENDED);
    // Threads that still start up, or clean up behind them, run no guest code.
    return this.#stopped();
  }

  async #stopped(): Promise<void> {
    await Promise.all(this.#core.controls.map((control) => control.stopped()));
  }
}

/** A thread that runs vCPUs, from outside. */
class GroupThread {
  readonly ready: Promise<void>;
  /** The host's number of it. */
  id: number | undefined;
  readonly #core: MachineCore;
  readonly #index: number;
  readonly #events: VcpuEvents;
  readonly #begun: () => void;
  /** Asked but not answered; the first is under way. */
  readonly #questions: { readonly asked: AskedQuestion; readonly resolve: (value: unknown) => void }[] = [];

  constructor(
    core: MachineCore,
    index: number,
    start: Start,
    threads: MachineThreads,
    workers: Workers,
    events: VcpuEvents,
  ) {
    this.#core = core;
    this.#index = index;
    this.#events = events;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#begun = resolve;
    const { config, arena } = core;
    const data: VcpuData = { config, memory: arena.memory, thread: index, start };
    const worker: WorkerThread = workers.spawn(threads.vcpu, data, { name: `vcpu${index}` });
    worker.listen((message) => this.#receive(message as VcpuMessage));
    worker.ended.catch((error: unknown) => events.failed(error));
  }

  ask(asked: AskedQuestion): Promise<unknown> {
    return new Promise((resolve) => {
      this.#questions.push({ asked, resolve });
      if (this.#questions.length === 1) this.#post();
    });
  }

  /** Sends the first question that waits. */
  #post(): void {
    const control = this.#core.controls[this.#index]!;
    const [first] = this.#questions;
    if (first === undefined) return;
    control.questions.post(first.asked);
    control.bell.ring();
    this.#core.kick(EXIT_WORK, this.#index);
  }

  #receive(message: VcpuMessage): void {
    switch (message.kind) {
      case 'ready':
        this.id = message.thread;
        this.#begun();
        break;
      case 'shutdown':
        this.#events.shutdown(message.code);
        break;
      case 'reset':
        this.#events.reset();
        break;
      case 'replayed':
        this.#events.replayed(message.happening);
        break;
      case 'debug':
        this.#events.debug(message.vcpu, message.stop);
        break;
      case 'answer':
        this.#questions.shift()!.resolve(message.value);
        this.#post();
        break;
    }
  }
}
