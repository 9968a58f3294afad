/**
 * What devices ask of the world outside the machine. The main thread owns the real files, sockets
 * and terminals; these are the device's ends of the rings in shared memory that lead there. All are
 * called under the machine lock and never block or throw.
 */

/** A byte pipe, such as a serial line. */
export interface CharPort {
  /** Someone is connected at the other end. */
  readonly open: boolean;
  /** Sends one byte to the world. Bytes written while `canWrite` is false may be lost. */
  write(byte: number): void;
  /** There is room for a byte. If not, the device is polled once there is. */
  canWrite(): boolean;
  /** Number of bytes that came in and were not read. */
  available(): number;
  /** The next byte that came in; -1 if there is none. */
  read(): number;
  /** A line break came in since the last call. */
  takeBreak(): boolean;
}

/** A stretch of the machine's shared memory (host offset, not guest address), which the backend fills or reads. */
export interface Segment {
  readonly address: number;
  readonly length: number;
}

export type BlockRequestKind = 'read' | 'write' | 'flush' | 'discard' | 'write-zeroes';

export interface BlockRequest {
  /** Chosen by the device, unique among its unfinished requests, 0 to 65535. */
  readonly id: number;
  readonly kind: BlockRequestKind;
  /** In units of 512 bytes. */
  readonly sector: number;
  /** Number of sectors of `discard` and `write-zeroes`. */
  readonly sectors: number;
  /** What to fill or to write out, in order. */
  readonly segments: readonly Segment[];
}

export interface BlockCompletion {
  readonly id: number;
  /** 0 or a positive errno. */
  readonly error: number;
}

export interface BlockPort {
  /** Size in units of 512 bytes. */
  readonly sectors: number;
  readonly readonly: boolean;
  /** Starts a request. Its completion comes out of `poll`, never from within this call. */
  submit(request: BlockRequest): void;
  /** The next finished request, on the thread that calls; undefined if there is none. */
  poll(): BlockCompletion | undefined;
  /** Waits until all requests are finished; they still come out of `poll`. Asked for at reset. */
  drain?(): void;
}

export interface EntropyPort {
  /** Fills all of `bytes` with random bytes. */
  fill(bytes: Uint8Array): void;
}

/** What a device may do to the whole machine. */
export interface Power {
  /** The guest powered off; `code` is the exit status it asked for. */
  shutdown(code: number): void;
  reset(): void;
}

export interface Backends {
  readonly char: CharPort;
  readonly block: BlockPort;
  readonly entropy: EntropyPort;
  readonly power: Power;
}
