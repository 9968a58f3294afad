import { CPU_HEADER, EXIT_TURN } from './cpu.ts';
import { struct } from './struct.ts';

const EXIT = struct(CPU_HEADER).offsetOf.exit / 4;

/** The exit words of a machine's CPUs, by which any thread gets their attention. Bits are EXIT_*. */
export class ExitWords {
  readonly #words: readonly Int32Array[];
  readonly #sharesThread: boolean;

  /** `states`: where the CPUs' states lie. `sharesThread`: one thread runs them in turn. */
  constructor(memory: WebAssembly.Memory, states: readonly number[], sharesThread: boolean) {
    this.#words = states.map((state) => new Int32Array(memory.buffer, state, EXIT + 1));
    this.#sharesThread = sharesThread;
  }

  /** Makes a CPU look, whatever it does. */
  kick(cpu: number, bits: number): void {
    const words = this.#words;
    Atomics.or(words[cpu]!, EXIT, bits);
    if (!this.#sharesThread) {
      Atomics.notify(words[cpu]!, EXIT);
      return;
    }
    for (let other = 0; other < words.length; other++) {
      if (other !== cpu) Atomics.or(words[other]!, EXIT, EXIT_TURN);
    }
    Atomics.notify(words[0]!, EXIT);
  }

  /** Takes what a CPU was kicked for. */
  take(cpu: number): number {
    return Atomics.exchange(this.#words[cpu]!, EXIT, 0);
  }

  /** Blocks the thread of a CPU until it is kicked or the time is up. */
  wait(cpu: number, milliseconds: number): void {
    Atomics.wait(this.#words[this.#sharesThread ? 0 : cpu]!, EXIT, 0, milliseconds);
  }
}
