import type { ByteStream } from './stream.ts';

/** The process's standard input and output. */
export interface Tty extends ByteStream {
  /** Input is a terminal, not a pipe or a file. */
  readonly interactive: boolean;
  /**
   * Passes every key through at once and without echo. With `signals` the interrupt, quit and
   * suspend keys still act on the process. The terminal is given back as it was by `close`,
   * `setRaw(false)` and any end of the process that can be seen.
   */
  setRaw(raw: boolean, options?: { signals?: boolean }): void;
}
