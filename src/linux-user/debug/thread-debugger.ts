import { DebugPoints } from '../../mem/debug-points.ts';
import type { GuestThread } from '../thread.ts';
import { COMMAND, type DebugShared } from './debug-shared.ts';
import type { DebugSite } from './debug-site.ts';
import { GdbSocket } from './gdb-socket.ts';
import { toGdb } from './gdb-signals.ts';
import { ProgramDebugTarget, type ProgramEvent, type ProgramStop } from './program-target.ts';

const SIGKILL = 9;

/**
 * The debugger as a thread of the guest meets it. Whichever thread stops lets all others pause and answers the
 * debugger itself, reading from the connection until it says how to go on; nobody else listens. While the program
 * runs, what comes from the debugger kicks the thread that was the last to answer.
 */
export class ThreadDebugger {
  readonly points = new DebugPoints();
  readonly #thread: GuestThread;
  readonly #shared: DebugShared;
  readonly #site: DebugSite;
  readonly #socket: GdbSocket;
  #version = 0;
  #target: ProgramDebugTarget | undefined;

  constructor(thread: GuestThread, shared: DebugShared, site: DebugSite) {
    this.#thread = thread;
    this.#shared = shared;
    this.#site = site;
    this.#socket = new GdbSocket(thread.host);
  }

  get #isAttached(): boolean {
    return this.#shared.socket >= 0;
  }
  get #index(): number {
    return this.#thread.shared.index;
  }
  get #isStepping(): boolean {
    return this.#isAttached && this.#shared.commandOf(this.#index) === COMMAND.STEP;
  }

  /** A debugger has come: `socket` is its connection. The program stops before its first instruction. */
  begin(socket: number): void {
    this.#shared.socket = socket;
    this.#shared.state = { hasAcks: true, isMultiprocess: false, owesStop: false };
    this.#serve();
  }

  /** Before the thread executes anything: how many instructions it may execute at most, out of `budget`. */
  enter(budget: number): number {
    const { version } = this.#shared;
    if (version !== this.#version) this.#takePoints(version);
    const isStepping = this.#isStepping;
    this.points.passesBreakpoints = isStepping;
    return isStepping ? 1 : budget;
  }

  /** Blocks while the debugger lets only others run. */
  hold(): void {
    if (!this.#isAttached || this.#shared.commandOf(this.#index) !== COMMAND.HOLD) return;
    const { shared, process } = this.#thread;
    shared.isPaused = true;
    this.#shared.waitWhileHeld(this.#index);
    while (process.threads.isPausing) process.threads.pause(shared);
    shared.isPaused = false;
  }

  #takePoints(version: number): void {
    this.#version = version;
    const { points } = this;
    points.clear();
    for (const point of this.#shared.points) points.add(point);
    this.#thread.pointsChanged();
  }

  /** After the thread has executed something, and has done what came of it. `moved`: it has come further. */
  leave(moved: boolean): void {
    const { hit } = this.points;
    this.points.hit = undefined;
    if (!this.#isAttached) return;
    if (hit !== undefined) {
      if (hit.kind === 'watch') this.#passWatchpoint();
      this.#stopped({ kind: 'debug', cpu: this.#index, ...(hit.kind === 'watch' ? { watch: hit.point } : {}) });
    } else if (this.#isStepping && moved) this.#stopped({ kind: 'debug', cpu: this.#index });
    else this.#look();
  }

  /** gdb wants to see what the access has changed. */
  #passWatchpoint(): void {
    this.points.passesWatchpoints = true;
    this.points.passesBreakpoints = true;
    this.#thread.executeOne();
    this.points.passesWatchpoints = false;
    this.points.passesBreakpoints = false;
  }

  /**
   * A signal of Linux's is about to be delivered to the thread, or to end the process. Returns the one to go on with,
   * or 0.
   */
  signal(signal: number, info: Uint8Array): number {
    if (!this.#isAttached || this.#shared.passes(signal)) return signal;
    this.#stopped({ kind: 'signal', signal: toGdb(signal), cpu: this.#index }, info.slice());
    // A debugger that left wants it to be as if it had never been there.
    return this.#isAttached ? this.#shared.takeSignal(this.#index) : signal;
  }

  /** The process ends now. */
  exited(status: number): void {
    this.#tellEnd({ name: 'exited', status });
  }
  killed(signal: number): void {
    if (signal !== SIGKILL) this.#tellEnd({ name: 'killed', signal: toGdb(signal) });
  }

  #tellEnd(event: ProgramEvent): void {
    if (!this.#isAttached) return;
    const { session, target } = this.#open();
    target.tell(event);
    session.close();
    this.#socket.close(this.#shared.socket);
    this.#shared.socket = -1;
  }

  /** This is the child of a fork: the debugger is the parent's. */
  forked(): void {
    if (!this.#isAttached) return;
    this.#socket.close(this.#shared.socket);
    this.#forget();
  }

  #forget(): void {
    this.#shared.socket = -1;
    this.#shared.setPoints([]);
    this.#thread.process.space.pages.watch([]);
    for (let thread = 0; thread < this.#thread.process.threads.started; thread++) {
      this.#shared.command(thread, COMMAND.RUN);
    }
  }

  /** The debugger may have said something while the program runs. */
  #look(): void {
    const bytes = this.#socket.read(this.#shared.socket, false);
    if (bytes === undefined) return;
    this.#alone(() => this.#answer(undefined, bytes));
  }

  #stopped(stop: ProgramStop, siginfo?: Uint8Array): void {
    this.#alone(() => {
      // Another thread stopped before, and the debugger left.
      if (this.#isAttached) this.#answer({ name: 'stopped', stop }, undefined, siginfo);
    });
  }

  #serve(): void {
    this.#alone(() => this.#answer(undefined, undefined));
  }

  #alone(act: () => void): void {
    const { process, shared, signals } = this.#thread;
    process.threads.whileOthersPause(shared, (tid) => signals.native.kick(tid), act);
  }

  #open() {
    const target = (this.#target ??= new ProgramDebugTarget(this.#thread, this.#shared, this.#site));
    const { socket } = this.#shared;
    const session = this.#site.open(target, (bytes) => this.#socket.write(socket, bytes), this.#shared.state);
    return { session, target };
  }

  /** Does what the debugger says until the program is to go on. */
  #answer(event: ProgramEvent | undefined, first: Uint8Array | undefined, siginfo?: Uint8Array): void {
    const { session, target } = this.#open();
    const { socket } = this.#shared;
    target.siginfo = siginfo;
    // What comes while it runs interrupts it.
    target.isRunning = first !== undefined;
    if (event !== undefined) target.tell(event);
    let bytes = first;
    do {
      bytes ??= this.#socket.read(socket, true)!;
      if (bytes.length === 0) {
        this.#socket.close(socket);
        this.#forget();
        break;
      }
      session.feed(bytes);
      bytes = undefined;
    } while (!target.isRunning);
    if (target.isKilled) this.#thread.signals.native.die(SIGKILL, false);
    this.#shared.state = session.state;
    session.close();
    if (this.#isAttached) this.#socket.notify(socket, this.#thread.shared.tid);
  }
}
