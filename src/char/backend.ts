/**
 * `opened`, `closed`: a peer came or went. `break`: a line break came in. `focus`, `blur`: on a
 * multiplexed line, the user now types to this front end, or no longer does.
 */
export type CharEvent = 'opened' | 'closed' | 'break' | 'focus' | 'blur';

/** Who uses a back end: a device of the guest, a monitor. */
export interface CharFrontend {
  /** Bytes from the peer, borrowed for the call. None come between `pause` and `resume`. */
  data(bytes: Uint8Array): void;
  /** The back end, which had said false to a write, wants more. */
  drain?(): void;
  event?(event: CharEvent): void;
}

/** A character device's other side, as `-chardev` makes it. It lives on the main thread. */
export interface CharBackend {
  /** The id of the `-chardev` option. */
  readonly label: string;
  /** What it is joined to, in the words of query-chardev. */
  readonly filename: string;
  /** A peer is there. Without one, output is dropped. */
  readonly open: boolean;
  /** Somebody in the emulator uses it. */
  readonly frontendOpen: boolean;
  /** Input waits until somebody has attached. One at a time: a second is a `UserError`. */
  attach(frontend: CharFrontend): void;
  detach(): void;
  /** Takes all of `bytes`, borrowed for the call. False asks to wait for `drain`. */
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  /** Tells the front end of a line break. */
  sendBreak(): void;
  /** Resolves when what was written has left. Writes after it are dropped. */
  close(): Promise<void>;
}
