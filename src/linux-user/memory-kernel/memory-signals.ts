import type { NativeSignals } from '../../host/native-signals.ts';
import { ProgramEnded } from './program-ended.ts';

/** Signals where there is no operating system: none comes from outside, and an end is an exception. */
export class MemorySignals implements NativeSignals {
  readonly siginfo = new DataView(new ArrayBuffer(128));
  #low = 0;
  #high = 0;

  catch(): void {}
  ignore(): void {}
  default(): void {}
  take(): number {
    return 0;
  }
  release(): void {}
  setMask(low: number, high: number): void {
    this.#low = low;
    this.#high = high;
  }
  mask(): { low: number; high: number } {
    return { low: this.#low, high: this.#high };
  }
  raiseOnSignal(): void {}
  kick(): void {}
  endKick(): void {}
  hushOthers(): void {}
  die(signal: number): never {
    throw new ProgramEnded({ signal });
  }
  exit(status: number): never {
    throw new ProgramEnded({ status });
  }
}
