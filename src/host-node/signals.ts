import { constants } from 'node:os';
import type { Signals } from '../host/signals.ts';

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class NodeSignals implements Signals {
  #received: ((name: string, number: number) => void) | undefined;
  #count = 0;

  listen(received: (name: string, number: number) => void): void {
    const first = this.#received === undefined;
    this.#received = received;
    if (first) for (const name of ENDING) process.on(name, () => this.#receive(name));
  }

  #receive(name: (typeof ENDING)[number]): void {
    const number = constants.signals[name];
    if (this.#count++ > 0) process.exit(128 + number);
    this.#received?.(name, number);
  }
}
