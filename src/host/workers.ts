/** The end of a channel between two threads. Messages are structured clones. */
export interface MessagePipe {
  post(message: unknown, transfer?: readonly object[]): void;
  /** Names the one listener. */
  listen(received: (message: unknown) => void): void;
}

export interface WorkerThread extends MessagePipe {
  /** Resolves when the thread has ended, rejects if it died of an error. */
  readonly ended: Promise<void>;
  terminate(): Promise<void>;
}

export interface Workers {
  /**
   * Runs the module `entry` on a thread of its own. It finds `data` and its end of the pipe through
   * its host's `workerSide()`. Shared memories in `data` are shared.
   */
  spawn(entry: URL, data: unknown, options?: { name?: string }): WorkerThread;
}

/** What a worker's module is given. */
export interface WorkerSide {
  readonly data: unknown;
  readonly pipe: MessagePipe;
}
