/** What a stream tells its owner. No call is made from inside one of the stream's own methods. */
export interface StreamEvents {
  /** `bytes` is borrowed for the call: clone to keep. */
  data(bytes: Uint8Array): void;
  /** The stream, which had said false to a write, wants more. */
  drain(): void;
  /** No more data will come, and writes are dropped. Called once. */
  closed(error?: Error): void;
}

/** Bytes in both directions: a connection, a terminal. */
export interface ByteStream {
  /** Names the one listener; input stays paused until there is one. */
  listen(events: StreamEvents): void;
  /**
   * Takes all of `bytes`, which the caller may reuse at once. False asks to wait for `drain` before
   * the next write.
   */
  write(bytes: Uint8Array): boolean;
  /** No `data` until `resume`, except what had been read already. */
  pause(): void;
  resume(): void;
  /** Resolves when what was written has left. */
  close(): Promise<void>;
}
