import type { Timers } from '../host/timers.ts';
import { Chardev } from './chardev.ts';

/** A terminal in memory: a program reads what the guest prints, and types. */
export class Console extends Chardev {
  readonly filename = 'memory';
  /** Everything printed so far. */
  text = '';
  readonly #decoder = new TextDecoder();
  readonly #waiting = new Set<() => void>();

  constructor(label = 'console') {
    super(label);
    this.setOpen(true);
  }

  type(text: string): void {
    this.receive(new TextEncoder().encode(text));
  }

  /** Resolves once what is printed matches. Rejects after `seconds`, by the host's `timers`. */
  async waitFor(pattern: RegExp, seconds: number, timers: Timers): Promise<RegExpExecArray> {
    let late = false;
    for (;;) {
      const match = pattern.exec(this.text);
      if (match !== null) return match;
      if (late) throw new Error(`${seconds} s without ${pattern}; the console ends: ${this.text.slice(-500)}`);
      await new Promise<void>((resolve) => {
        const act = (): void => {
          cancel();
          this.#waiting.delete(act);
          resolve();
        };
        const cancel = timers.after(seconds * 1000, () => {
          late = true;
          act();
        });
        this.#waiting.add(act);
      });
    }
  }

  protected send(bytes: Uint8Array): boolean {
    // The decoder refuses views of shared memory.
    this.text += this.#decoder.decode(bytes.slice(), { stream: true });
    for (const act of this.#waiting) act();
    return true;
  }

  protected async end(): Promise<void> {
    this.setOpen(false);
  }
}
