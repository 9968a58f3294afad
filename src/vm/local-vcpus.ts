import type { Start } from '../board/site.ts';
import type { Host } from '../host/host.ts';
import type { MachineCore } from './core.ts';
import { PARKED, RUNNING, type VcpuControl } from './vcpu-control.ts';
import { VcpuGroup } from './vcpu-group.ts';
import type { VcpuEvents, Vcpus } from './vcpus.ts';
import type { AskVcpu } from './vcpu-questions.ts';

/** Instructions after which the other work of the thread gets its turn. */
const SLICE = 1 << 18;
/** How often an idle CPU is looked at. */
const IDLE_MS = 1;

/** vCPUs on the main thread, in turn, between its other work: for tests, and hosts without threads. */
export class LocalVcpus implements Vcpus {
  readonly ready = Promise.resolve();
  readonly #group: VcpuGroup;
  readonly #control: VcpuControl;
  readonly #core: MachineCore;
  readonly #host: Pick<Host, 'timers' | 'clock'>;
  readonly #events: VcpuEvents;
  #loop: Promise<void> = Promise.resolve();

  constructor(core: MachineCore, start: Start, host: Pick<Host, 'timers' | 'clock'>, events: VcpuEvents) {
    this.#core = core;
    this.#host = host;
    this.#events = events;
    this.#control = core.controls[0]!;
    this.#group = new VcpuGroup(core, 0, start);
  }

  start(): void {
    const control = this.#control;
    if (control.state === RUNNING) return;
    control.wanted = RUNNING;
    control.state = RUNNING;
    this.#loop = this.#loop.then(() => this.#run());
  }

  async #run(): Promise<void> {
    const control = this.#control;
    const { clock } = this.#core;
    using turns = new Turns();
    while (control.wanted === RUNNING) {
      const did = this.#group.step(SLICE);
      if (typeof did === 'object') {
        control.parkItself();
        const vcpu = this.#group.current;
        queueMicrotask(() => this.#events.debug(vcpu, did));
        continue;
      }
      const isIdle = did === 'idle' && !clock.skipTo(this.#group.deadline);
      if (isIdle || clock.ahead() > 0) {
        const waited = await this.#wait();
        if (isIdle) clock.waited(waited, this.#group.deadline);
      } else await turns.next();
    }
    control.state = PARKED;
  }

  /** Gives the nanoseconds that it took. */
  async #wait(): Promise<number> {
    const { timers, clock } = this.#host;
    const began = clock.now();
    await new Promise<void>((resolve) => timers.after(IDLE_MS, resolve));
    return clock.now() - began;
  }

  async park(): Promise<void> {
    this.#control.wanted = PARKED;
    await this.#loop;
  }

  requestReset(): void {
    this.#control.requestReset();
  }

  readonly ask: AskVcpu = async (vcpu, name, ...args) => this.#group.answer({ vcpu, name, args }) as never;

  threadOf(): undefined {}

  async end(): Promise<void> {
    await this.park();
  }
}

/** Lets everything else that waits on this thread run. It keeps the process alive meanwhile. */
class Turns implements Disposable {
  readonly #channel = new MessageChannel();
  #resume: (() => void) | undefined;

  constructor() {
    this.#channel.port1.onmessage = () => this.#resume?.();
  }

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#channel.port2.postMessage(0);
    });
  }

  [Symbol.dispose](): void {
    this.#channel.port1.close();
  }
}
