/** Calls back once, some time later. */
export interface Timers {
  /** Returns the way to call it off. A timer that waits keeps no process alive. */
  after(milliseconds: number, act: () => void): () => void;
}
