import type { NativeSignals } from '../../host/native-signals.ts';
import type { ThreadDebugger } from './thread-debugger.ts';

/** Signals of a thread that is debugged: every one is noted, whatever becomes of it then, and an end is told. */
export class DebuggedSignals implements NativeSignals {
  readonly #native: NativeSignals;
  readonly #debugger: ThreadDebugger;

  constructor(native: NativeSignals, debugger_: ThreadDebugger) {
    this.#native = native;
    this.#debugger = debugger_;
  }

  get siginfo(): DataView {
    return this.#native.siginfo;
  }
  catch(signal: number, flags?: number): void {
    this.#native.catch(signal, flags);
  }
  ignore(signal: number): void {
    this.#native.catch(signal);
  }
  default(signal: number, flags?: number): void {
    this.#native.catch(signal, flags);
  }
  take(): number {
    return this.#native.take();
  }
  release(): void {
    this.#native.release();
  }
  setMask(low: number, high: number): void {
    this.#native.setMask(low, high);
  }
  mask(): { low: number; high: number } {
    return this.#native.mask();
  }
  raiseOnSignal(offset: number, bits: number): void {
    this.#native.raiseOnSignal(offset, bits);
  }
  kick(thread: number): void {
    this.#native.kick(thread);
  }
  endKick(): void {
    this.#native.endKick();
  }
  hushOthers(): void {
    this.#native.hushOthers();
  }
  die(signal: number, core: boolean): never {
    this.#debugger.killed(signal);
    return this.#native.die(signal, core);
  }
  exit(status: number): never {
    this.#debugger.exited(status);
    return this.#native.exit(status);
  }
}
