import type { StreamEvents } from '../host/stream.ts';
import type { Tty } from '../host/tty.ts';

/** The keys that a terminal in its usual mode turns into signals: ^C, ^\, ^Z. */
const SIGNAL_KEYS: Readonly<Record<number, NodeJS.Signals>> = { 3: 'SIGINT', 28: 'SIGQUIT', 26: 'SIGTSTP' };

/** Standard input and output. Raw mode is left at every end of the process but SIGKILL. */
export class NodeTty implements Tty {
  readonly interactive = process.stdin.isTTY === true;
  #raw = false;
  #signals = false;
  #restored = false;
  #events: StreamEvents | undefined;

  setRaw(raw: boolean, { signals = false }: { signals?: boolean } = {}): void {
    if (!this.interactive) return;
    this.#raw = raw;
    this.#signals = raw && signals;
    process.stdin.setRawMode(raw);
    if (this.#restored) return;
    this.#restored = true;
    process.on('exit', () => process.stdin.setRawMode(false));
    process.on('SIGCONT', () => {
      // The shell has set the terminal to its own liking meanwhile.
      process.stdin.setRawMode(false);
      process.stdin.setRawMode(this.#raw);
    });
  }

  listen(events: StreamEvents): void {
    const first = this.#events === undefined;
    this.#events = events;
    if (!first) return;
    process.stdin.on('data', (bytes: Uint8Array) => this.#receive(bytes));
    process.stdin.on('end', () => this.#events?.closed());
    process.stdin.on('error', (error) => this.#events?.closed(error));
    process.stdout.on('drain', () => this.#events?.drain());
    process.stdout.on('error', (error) => this.#events?.closed(error));
  }

  write(bytes: Uint8Array): boolean {
    if (!process.stdout.writable) return true;
    return process.stdout.write(Uint8Array.from(bytes));
  }

  pause(): void {
    process.stdin.pause();
  }

  resume(): void {
    process.stdin.resume();
  }

  async close(): Promise<void> {
    if (this.#raw) this.setRaw(false);
    process.stdin.pause();
    if (!process.stdout.writable) return;
    await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  }

  #receive(bytes: Uint8Array): void {
    if (!this.#signals) {
      this.#events?.data(bytes);
      return;
    }
    const plain = bytes.filter((byte) => SIGNAL_KEYS[byte] === undefined);
    if (plain.length > 0) this.#events?.data(plain);
    for (const byte of bytes) {
      const signal = SIGNAL_KEYS[byte];
      if (signal === undefined) continue;
      if (signal === 'SIGTSTP') process.stdin.setRawMode(false);
      process.kill(process.pid, signal);
      // Also where nobody is there to continue a process, and the signal therefore stops none.
      if (signal === 'SIGTSTP') setTimeout(() => process.stdin.setRawMode(this.#raw), 0);
    }
  }
}
