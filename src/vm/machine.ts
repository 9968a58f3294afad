import { BugError, UserError } from '../base/errors.ts';
import { blockProvider } from '../block/counters.ts';
import type { BootLayout } from '../board/site.ts';
import type { CharPump } from '../char/pump.ts';
import type { Host } from '../host/host.ts';
import { EXIT_REQUEST, EXIT_STOP, EXIT_WORK } from '../mem/cpu.ts';
import type { LogItem } from '../mem/log-items.ts';
import { StatsRegistry } from '../stats/registry.ts';
import { BackEnds } from './back-ends.ts';
import { Boot } from './boot.ts';
import type { MachineConfig } from './config.ts';
import { MachineCore } from './core.ts';
import { fillFlash } from './fill-flash.ts';
import { LocalVcpus } from './local-vcpus.ts';
import type { MachineOptions } from './machine-options.ts';
import { Resets } from './resets.ts';
import { causeData, type Cause, type Ending, type MachineEvent, type RunState } from './run-state.ts';
import { memoryStats } from './memory-stats.ts';
import { irqStats } from './irq-stats.ts';
import { tcgStats } from './tcg-stats.ts';
import { timerStats } from './timer-stats.ts';
import type { Happening } from './replay/event.ts';
import type { Journey } from './replay/travel.ts';
import type { Replayed } from './replay/replayer.ts';
import { ThreadedVcpus } from './threaded-vcpus.ts';
import type { AskVcpu, DebugStop, StepOptions } from './vcpu-questions.ts';
import type { VcpuEvents, Vcpus } from './vcpus.ts';

/** Why a machine stopped for a debugger, and which vCPU it was. */
export type MachineDebugStop = DebugStop & { readonly vcpu: number };

/** Time that is made of instructions, and the interpreter of the IR, know one vCPU at a time. */
const canBeParallel = ({ board, isParallel, clock, tier }: MachineConfig): boolean =>
  isParallel && board.topology.cpus > 1 && clock.kind === 'host' && tier !== 'oracle';

/**
 * A machine, on the main thread: what can be done with it while its vCPU runs elsewhere.
 *
 *     prelaunch ──cont──▶ running ◀──cont/stop──▶ paused
 *                            │ ▲
 *                            │ └──cont/step── debug ◀── breakpoint, watchpoint, end of a step ── running
 *                            └── power-off ──▶ ended, or shutdown (kept for inspection)
 */
export class Machine {
  readonly config: MachineConfig;
  readonly core: MachineCore;
  readonly stats = new StatsRegistry();
  /** Resolves when the machine has ended and all that it wrote has left. */
  readonly ended: Promise<Ending>;
  /** What becomes of the machine when its guest resets it, and when it switches off. */
  noReboot: boolean;
  noShutdown: boolean;
  readonly #options: Omit<MachineOptions, 'files'>;
  readonly #host: Host;
  readonly #boot: Boot;
  #vcpus!: Vcpus;
  #backEnds!: BackEnds;
  /** Resolves once all that was recorded has been taken. */
  readonly #endTape: () => Promise<void>;
  /** Resolves once all that was logged has been taken. */
  readonly #endLog: () => Promise<void>;
  readonly #listeners = new Set<(event: MachineEvent) => void>();
  readonly #finish: (ending: Ending) => void;
  readonly #fail: (error: unknown) => void;
  #state: RunState = 'prelaunch';
  #debugStop: MachineDebugStop | undefined;
  #ending = false;
  #isBlank: boolean;
  /** What waits for its state runs once that has come, if it ran where it comes from. */
  #startsOnArrival = false;
  /** While there are any the vCPUs stand still, whatever the machine's state says. */
  readonly #resets = new Resets();

  /** A machine that stands before its first instruction. Throws a UserError if it cannot be made. */
  static async create(options: MachineOptions, host: Host): Promise<Machine> {
    const machine = new Machine(options, host);
    await fillFlash(machine.core, options.drives, machine.#isBlank);
    // Files come from the disk while threads start.
    const loaded = machine.#isBlank ? machine.#boot.forget() : machine.#boot.load();
    machine.#begin();
    try {
      await loaded;
    } catch (error) {
      machine.quit();
      throw error;
    }
    return machine;
  }

  private constructor(options: MachineOptions, host: Host) {
    const { journal, board } = options.config;
    if (journal !== undefined && board.topology.cpus > 1) {
      throw new UserError('a recording is of one CPU: leave out -smp, or rr=');
    }
    if (journal !== undefined && options.awaitsState === true) {
      throw new UserError('a recording begins with the first instruction: leave out -incoming and -loadvm, or rr=');
    }
    const { files, ...others } = options;
    this.#options = others;
    this.noReboot = options.noReboot ?? false;
    this.noShutdown = options.noShutdown ?? false;
    this.#isBlank = options.awaitsState ?? false;
    this.#host = host;
    const { ordersStores } = host;
    this.config = {
      ...options.config,
      ordersStores,
      isParallel: options.threads !== undefined && canBeParallel(options.config),
    };
    const { promise, resolve, reject } = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.#finish = resolve;
    this.#fail = reject;
    const events = this.#vcpuEvents();
    const { config } = this;
    const { log = () => {} } = options;
    const ask = (act: () => void): void => {
      for (const control of core.controls) control.parkItself();
      core.kick(EXIT_STOP);
      queueMicrotask(act);
    };
    const core: MachineCore = new MachineCore(config, {
      clock: host.clock,
      log: (text) => void log(text),
      power: { shutdown: (code) => ask(() => events.shutdown(code)), reset: () => ask(() => events.reset()) },
      replayed: (happening) => ask(() => events.replayed(happening)),
      entropy: host.random,
    });
    this.core = core;
    core.log.items = config.log.items;
    this.#endTape = this.#startTape();
    this.#endLog = core.logPipe.drainInto(log, (error) => this.#fail(error));
    this.#boot = new Boot(core.board, files, options.readAgain);
    core.board.powerOn();
    if (this.#isBlank) this.#state = 'inmigrate';
    this.stats.register(tcgStats(core));
    this.stats.register(blockProvider(core.blockCounters));
    this.stats.register(irqStats(core));
    this.stats.register(memoryStats(core));
    this.stats.register(timerStats(core));
  }

  /** Gives what ends the recording, if there is one. */
  #startTape(): () => Promise<void> {
    const { tape } = this.core;
    const { recording } = this.#options;
    if (tape === undefined) return async () => {};
    if (recording === undefined) throw new BugError('nowhere to record to');
    return tape.drainInto(recording.recorded, recording.sink, (error) => this.#fail(error));
  }

  /** Devices are joined to their back ends, and the vCPU gets its thread. */
  #begin(): void {
    this.#backEnds = new BackEnds(this.core, this.#options, this.#host.timers);
    const { start } = this.layout;
    const { threads } = this.#options;
    this.#vcpus =
      threads === undefined
        ? new LocalVcpus(this.core, start, this.#host, this.#vcpuEvents())
        : new ThreadedVcpus(this.core, start, threads, this.#host.workers, this.#vcpuEvents());
  }

  #vcpuEvents(): VcpuEvents {
    return {
      shutdown: (code) => void this.#end('guest-shutdown', code).catch(this.#fail),
      reset: () => void this.#reset('guest-reset').catch(this.#fail),
      replayed: (happening) => void this.#replayed(happening).catch(this.#fail),
      debug: (vcpu, stop) => void this.#debugged({ ...stop, vcpu }).catch(this.#fail),
      failed: (error) => this.#broke(error),
    };
  }

  /** It can't run any more. */
  #broke(error: unknown): void {
    this.#state = 'internal-error';
    void this.#endLog().finally(() => this.#fail(error));
  }

  /** The device that uses a character back end, which can change over to another; none: no device does. */
  characterUser(name: string): CharPump | undefined {
    return this.#backEnds.characterUser(name);
  }

  /** What is logged from now on. */
  get logItems(): readonly LogItem[] {
    return this.core.log.items;
  }
  set logItems(items: readonly LogItem[]) {
    this.core.log.items = items;
    this.core.kick();
  }

  get state(): RunState {
    return this.#state;
  }
  get isRunning(): boolean {
    return this.#state === 'running';
  }
  get layout(): BootLayout {
    return this.#boot.layout;
  }

  /** Calls `listener` for each event, in order, until the function it returns is called. */
  subscribe(listener: (event: MachineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells all listeners of something that others do with the machine. */
  tell(event: MachineEvent): void {
    this.#emit(event);
  }

  #emit(event: MachineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Starts the machine, or lets it go on. */
  cont(): void {
    if (this.#state === 'running') return;
    if (this.#state === 'inmigrate') {
      this.#startsOnArrival = true;
      return;
    }
    this.#checkRunnable();
    this.#emit({ name: 'RESUME' });
    this.#run();
  }

  #checkRunnable(): void {
    if (this.#state === 'shutdown') throw new UserError('Resetting the Virtual Machine is required');
    this.#checkFree();
  }

  /** Its state is not being saved or replaced. */
  #checkFree(): void {
    if (this.#state === 'finish-migrate') throw new UserError('Migration is not finalized yet');
    if (this.#state === 'save-vm' || this.#state === 'restore-vm') {
      throw new UserError(
        `the state of the machine is being ${this.#state === 'save-vm' ? 'saved' : 'loaded'}; try again`,
      );
    }
  }

  #run(): void {
    this.#state = 'running';
    // Time that a thread takes to start is none of the guest's.
    void this.#vcpus.ready.then(() => {
      // After a reset it comes here again.
      if (this.#state !== 'running' || this.#resets.isUnderWay) return;
      this.core.clock.start();
      this.#vcpus.start();
    });
  }

  /** Resolves once no vCPU runs and all I/O that was under way is done. */
  async stop(): Promise<void> {
    this.#startsOnArrival = false;
    if (this.#state !== 'running') return;
    if (this.config.journal !== undefined) await this.#vcpus.ask(0, 'endJourney');
    await this.#halt('paused');
  }

  async #halt(state: RunState): Promise<void> {
    this.core.clock.stop();
    this.#state = state;
    await this.#vcpus.park();
    await this.#backEnds.drain();
    this.#emit({ name: 'STOP' });
  }

  async #debugged(stop: MachineDebugStop): Promise<void> {
    if (this.#state !== 'running') return;
    this.#debugStop = stop;
    await this.#halt(stop.kind === 'seek' ? 'paused' : 'debug');
  }

  /** Why it stopped, while its state is `debug`. */
  get debugStop(): MachineDebugStop | undefined {
    return this.#state === 'debug' ? this.#debugStop : undefined;
  }

  /** A replay that stands still goes to another place in its recording, and stops there; what is recorded, a step. */
  async travel(journey: Journey): Promise<void> {
    await this.#resets.done();
    if (this.#state === 'running') return;
    this.#checkFree();
    this.#emit({ name: 'RESUME' });
    await this.#vcpus.ready;
    await this.#vcpus.ask(0, 'travel', journey);
    this.#run();
  }

  /** A vCPU of a machine that stands still executes one instruction. Resolves in state `debug`. */
  async step(how: StepOptions, vcpu = 0): Promise<void> {
    await this.#resets.done();
    if (this.#state === 'running') return;
    this.#checkRunnable();
    // In a recording time passes and interrupts come in a step, too, or it could not be repeated.
    if (this.config.journal !== undefined) return this.travel({ kind: 'step' });
    this.#emit({ name: 'RESUME' });
    this.#state = 'running';
    await this.#vcpus.ready;
    if (how.runsTimers) this.core.clock.start();
    await this.#debugged({ ...(await this.#vcpus.ask(vcpu, 'step', how)), vcpu });
  }

  /** The host's number of the thread that runs a vCPU, if it says. */
  threadOf(vcpu: number): number | undefined {
    return this.#vcpus.threadOf(vcpu);
  }

  /** Asks a vCPU, whether it runs or not. */
  get ask(): AskVcpu {
    return this.#vcpus.ask;
  }

  async reset(): Promise<void> {
    this.#checkFree();
    // What will come begins with a state, which a reset would not change.
    if (this.#state === 'inmigrate') return;
    if (this.config.journal?.mode === 'play') {
      throw new UserError('a replay is reset where its recording was; use replay-seek to go elsewhere');
    }
    if (this.core.tape !== undefined) await this.#recordReset();
    await this.#reset('host-qmp-system-reset');
  }

  /** Brings the vCPU to an instant that can be named, and writes down what happens there. */
  async #recordReset(): Promise<void> {
    await this.#vcpus.park();
    await this.#backEnds.drain();
    for (const vcpu of this.core.vcpus.keys()) await this.#vcpus.ask(vcpu, 'finishInstruction');
    this.#note({ kind: 'reset' });
  }

  /** Something happens to a machine that stands still: a recording says so. */
  #note(happening: Happening): void {
    const { tape, instructions } = this.core;
    if (instructions !== undefined) {
      tape?.write({ count: instructions.retired, ahead: instructions.skipped, ...happening });
    }
  }

  /**
   * Stands still in a state that only `release` leaves, with no I/O under way, and all of it as devices and
   * CPUs know it. Resolves with the state it was in.
   */
  async hold(state: 'save-vm' | 'restore-vm' | 'finish-migrate'): Promise<RunState> {
    await this.#resets.done();
    this.#checkFree();
    if (this.#state === 'inmigrate') throw new UserError('Guest is waiting for an incoming migration');
    if (this.config.journal !== undefined && state === 'restore-vm') {
      throw new UserError('a recording knows of no other state: use replay-seek in a replay, or leave out rr=');
    }
    const before = this.#state;
    this.#state = state;
    if (before === 'running') await this.#halt(state);
    else await this.#vcpus.park();
    await this.#vcpus.ready;
    await this.#settle();
    if (this.core.timed !== undefined) {
      // Of the instants between two instructions some have no name, at which it could not go on elsewhere.
      for (const vcpu of this.core.vcpus.keys()) await this.#vcpus.ask(vcpu, 'finishInstruction');
      await this.#settle();
    }
    return before;
  }

  /** Everything that was asked of disks is done, and devices know it. */
  async #settle(): Promise<void> {
    const isBusy = (): boolean => [...this.core.rings.values()].some((ring) => ring.inFlight > 0);
    do {
      await this.#backEnds.drain();
      for (const vcpu of this.core.vcpus.keys()) await this.#vcpus.ask(vcpu, 'settle');
    } while (isBusy());
  }

  /** Leaves the state of `hold`, or that of a machine whose state has come. */
  release(state: RunState): void {
    if (this.#ending) return;
    this.#state = state === 'running' ? 'paused' : state;
    if (state === 'running') this.cont();
  }

  /** Its state has come, of a machine that did this. */
  arrive(runState: RunState): void {
    const isRest = runState === 'prelaunch' || runState === 'running' || runState === 'shutdown';
    this.release(this.#startsOnArrival && isRest ? runState : 'paused');
  }

  /** Ends with an error. */
  fail(error: unknown): void {
    this.#fail(error);
  }

  /** Resolves once its vCPU could run. */
  get vcpuReady(): Promise<void> {
    return this.#vcpus.ready;
  }
  /** There is nothing in its memory: its state has yet to come. */
  get isBlank(): boolean {
    return this.#isBlank;
  }

  /** Tells all that its state is another one now. */
  async stateReplaced(): Promise<void> {
    this.#isBlank = false;
    for (const vcpu of this.core.vcpus.keys()) {
      await this.#vcpus.ask(vcpu, 'stateReplaced');
      this.core.kick(EXIT_WORK | EXIT_REQUEST, vcpu);
    }
  }

  async #replayed(happening: Replayed): Promise<void> {
    switch (happening.kind) {
      case 'reset':
        return this.#reset('host-qmp-system-reset');
      case 'end':
        return this.#end(happening.cause, 0);
      case 'strayed':
        throw new UserError(
          `the replay went another way than the recording at instruction ${happening.instruction}: give it the same files and disks`,
        );
    }
  }

  async #reset(cause: Cause): Promise<void> {
    // Another vCPU's: before it stood still it asked for the same.
    if (this.#resets.isUnderWay && cause === 'guest-reset') return;
    try {
      await this.#resets.add(() => this.#startAnew(cause));
    } finally {
      if (this.#state === 'running') this.#run();
    }
  }

  async #startAnew(cause: Cause): Promise<void> {
    if (this.#ending) return;
    if (this.noReboot) return this.#end(cause, 0);
    const { core } = this;
    await this.#vcpus.park();
    await this.#backEnds.drain();
    // A guest that wants to begin anew has nothing to go on with.
    let canGoOn = cause === 'host-qmp-system-reset';
    try {
      await this.#boot.renew();
      canGoOn = false;
      core.lock.with(() => core.board.reset());
      await this.#boot.load();
    } catch (error) {
      if (!canGoOn) this.#broke(error);
      throw error;
    }
    if (this.#ending) return;
    this.#vcpus.requestReset();
    this.#emit({ name: 'RESET', data: causeData(cause) });
    if (this.#state !== 'running') this.#state = 'prelaunch';
  }

  /** Asks the guest to switch off; this machine has no button that a guest could see. */
  powerdown(): void {
    this.#emit({ name: 'POWERDOWN' });
  }

  /** Ends the machine. `ended` resolves later. */
  quit(cause: Cause = 'host-qmp-quit'): void {
    void this.#finishWith({ cause, code: 0 });
  }

  async #end(cause: Cause, code: number): Promise<void> {
    if (this.noShutdown) {
      this.#emit({ name: 'SHUTDOWN', data: causeData(cause) });
      await this.#halt('shutdown');
      return;
    }
    await this.#finishWith({ cause, code });
  }

  async #finishWith(ending: Ending): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#emit({ name: 'SHUTDOWN', data: causeData(ending.cause) });
    this.#state = 'shutdown';
    try {
      await this.#vcpus.end();
      this.#note({ kind: 'end', cause: ending.cause });
      await this.#endTape();
      await this.#backEnds.stop();
      await this.#endLog();
      this.#finish(ending);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** `info registers`. */
  registers(vcpu = 0): Promise<readonly string[]> {
    return this.#vcpus.ask(vcpu, 'registersText');
  }
}
