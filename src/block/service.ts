import type { DiskRequest, RequestRing } from '../host/request-ring.ts';
import type { BlockCounters } from './counters.ts';
import type { DiskUndo } from './disk-undo.ts';
import type { BlockDrive } from './drive.ts';

/** Linux's numbers of the errors a disk can answer with. */
const ERRNO: Readonly<Record<string, number>> = { EIO: 5, EINVAL: 22, ENOSPC: 28, EROFS: 30, EDQUOT: 122 };

/** Zeroes are written in pieces of this size. */
const ZEROES = new Uint8Array(1 << 18);

export interface ServiceOptions {
  /** The machine's shared memory, which segments are offsets into. */
  readonly buffer: ArrayBufferLike;
  readonly counters: BlockCounters;
  /** Something was completed: the device should look. */
  kick(): void;
  /** What the disk had where it is changed, so that it can be put back. */
  readonly undo?: DiskUndo | undefined;
  /** A request failed; the device is told as well. */
  failed?(request: DiskRequest, error: Error): void;
}

/**
 * Carries out a disk device's requests on the main thread, moving data straight between the host and
 * guest memory. Requests run side by side and complete in any order, as a disk's do. A flush covers
 * every write whose completion the guest may have seen, for those had reached the host before the
 * flush was taken.
 */
export class BlockService {
  readonly #ring: RequestRing;
  readonly #drive: BlockDrive;
  readonly #options: ServiceOptions;
  readonly #running: Promise<void>;
  #flying = 0;
  #last: Promise<void> = Promise.resolve();
  #stopping = false;
  #idle = (): void => {};

  /** Starts at once. */
  constructor(ring: RequestRing, drive: BlockDrive, options: ServiceOptions) {
    this.#ring = ring;
    this.#drive = drive;
    this.#options = options;
    this.#running = this.#run();
  }

  /** Resolves once everything that has been submitted is completed. */
  async drain(): Promise<void> {
    this.#take();
    while (this.#flying > 0) {
      await new Promise<void>((resolve) => {
        const others = this.#idle;
        this.#idle = () => {
          others();
          resolve();
        };
      });
      this.#take();
    }
  }

  /** For when the device has stopped: completes what it submitted and makes it durable. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#ring.requests.ring();
    await this.#running;
    await this.drain();
    await this.#drive.node.flush();
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const seen = this.#ring.requests.sample();
      this.#take();
      await this.#ring.requests.waitAsync(seen);
    }
  }

  #take(): void {
    for (let request = this.#ring.take(); request !== undefined; request = this.#ring.take()) {
      this.#flying++;
      if (this.#options.undo === undefined) void this.#serve(request);
      // One after the other: each begins with the disk as it was then.
      else this.#last = this.#last.then(() => this.#serve(request));
    }
  }

  async #serve(request: DiskRequest): Promise<void> {
    const { counters } = this.#options;
    let errno = 0;
    const began = performance.now();
    try {
      await this.#carryOut(request);
      count(counters, request);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      errno = ('code' in error ? ERRNO[String(error.code)] : undefined) ?? ERRNO['EIO']!;
      counters.add('failed-operations', 1);
      this.#options.failed?.(request, error);
    }
    const nanoseconds = Math.round((performance.now() - began) * 1e6);
    this.#drive.account.count(request, nanoseconds, errno !== 0);
    counters.time(request.kind, nanoseconds);
    this.#ring.complete(request.id, errno);
    this.#options.kick();
    this.#flying--;
    if (this.#flying > 0) return;
    const idle = this.#idle;
    this.#idle = () => {};
    idle();
  }

  async #carryOut(request: DiskRequest): Promise<void> {
    const { kind, offset, length } = request;
    const { node, writeThrough } = this.#drive;
    await this.#options.undo?.before(request);
    if (kind === 'flush') return node.flush();
    if (!(offset >= 0 && length >= 0 && offset + length <= node.size))
      throw failure('EINVAL', 'past the end of the disk');
    if (kind === 'read') return node.read(offset, ...this.#buffers(request));
    if (node.readOnly) throw failure('EROFS', 'the disk is read-only');
    if (kind === 'discard') return node.discard(offset, length);
    if (kind === 'write') await node.write(offset, ...this.#buffers(request));
    else await writeZeroes(this.#drive, offset, length);
    if (writeThrough) await node.flush();
  }

  #buffers({ segments }: DiskRequest): Uint8Array[] {
    return segments.map(({ address, length }) => new Uint8Array(this.#options.buffer, address, length));
  }
}

async function writeZeroes({ node }: BlockDrive, offset: number, length: number): Promise<void> {
  for (let done = 0; done < length; done += ZEROES.length) {
    await node.write(offset + done, ZEROES.subarray(0, Math.min(ZEROES.length, length - done)));
  }
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function count(counters: BlockCounters, { kind, length }: DiskRequest): void {
  switch (kind) {
    case 'read':
      counters.add('read-bytes', length);
      counters.add('read-operations', 1);
      break;
    case 'write':
    case 'write-zeroes':
      counters.add('write-bytes', length);
      counters.add('write-operations', 1);
      break;
    case 'flush':
      counters.add('flush-operations', 1);
      break;
    case 'discard':
      counters.add('discard-operations', 1);
      break;
  }
}
