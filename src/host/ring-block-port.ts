import type { Completion, RequestKind, Segment } from './request-ring.ts';
import { RequestRing } from './request-ring.ts';

const SECTOR = 512;

export interface SectorRequest {
  readonly id: number;
  readonly kind: RequestKind;
  readonly sector: number;
  /** Of a discard or a writing of zeroes. */
  readonly sectors: number;
  readonly segments: readonly Segment[];
  /** See DiskRequest. */
  readonly changesBefore?: number;
}

/** What a machine says about a disk when it is built, on every thread the same. */
export interface DiskFacts {
  /** Bytes, a multiple of 512. */
  readonly size: number;
  readonly readOnly: boolean;
}

/** A disk device's end of its request ring: what `BlockPort` of the device models asks for. */
export class RingBlockPort {
  static readonly entries = 256;
  /** As many as the longest virtqueue has descriptors. */
  static readonly maxInFlight = 1024;
  static readonly bytes = RequestRing.bytes(RingBlockPort.entries, RingBlockPort.maxInFlight);
  readonly sectors: number;
  readonly readonly: boolean;
  readonly #ring: RequestRing;

  /** The ring that lies at `address`, a multiple of 64; both threads make theirs here. */
  static ring(buffer: ArrayBufferLike, address: number): RequestRing {
    return new RequestRing(buffer, address, RingBlockPort.entries, RingBlockPort.maxInFlight);
  }

  constructor(ring: RequestRing, facts: DiskFacts) {
    this.#ring = ring;
    this.sectors = facts.size / SECTOR;
    this.readonly = facts.readOnly;
  }

  /**
   * Waits for room if the ring is full, which is for as long as the main thread takes to pick the
   * entries up: it holds no more than that against a vCPU.
   */
  submit({ id, kind, sector, sectors, segments, changesBefore = 0 }: SectorRequest): void {
    const ring = this.#ring;
    const moves = kind === 'read' || kind === 'write';
    const length = moves ? segments.reduce((sum, segment) => sum + segment.length, 0) : sectors * SECTOR;
    const request = { id, kind, offset: sector * SECTOR, length, segments: moves ? segments : [], changesBefore };
    for (;;) {
      const seen = ring.space.sample();
      if (ring.submit(request)) return;
      ring.space.wait(seen);
    }
  }

  poll(): Completion | undefined {
    return this.#ring.collect();
  }
}
