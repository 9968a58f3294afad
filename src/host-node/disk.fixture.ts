import { workerData } from 'node:worker_threads';
import type { RequestKind, Segment } from '../host/request-ring.ts';
import { RingBlockPort } from '../host/ring-block-port.ts';
import { SeededRandom } from '../host/seeded-random.ts';

/** A guest's disk driver on a thread of its own: random writes, read back and compared. */
export interface DiskWork {
  readonly buffer: SharedArrayBuffer;
  readonly ring: number;
  readonly data: number;
  readonly sectors: number;
  readonly rounds: number;
}

const { buffer, ring: address, data, sectors, rounds } = workerData as DiskWork;
const ring = RingBlockPort.ring(buffer, address);
const port = new RingBlockPort(ring, { size: sectors * 512, readOnly: false });
const bytes = new Uint8Array(buffer);
const random = new SeededRandom(7n);
/** Pieces of a sector make the list of segments long. */
const PIECE = 32;

function segments(sector: number, count: number, area: number): Segment[] {
  const list: Segment[] = [];
  const start = data + area * sectors * 512 + sector * 512;
  for (let at = 0; at < count * 512; at += PIECE) list.push({ address: start + at, length: PIECE });
  return list;
}

/** All at once, so that the ring is full time and again. */
function all(kind: RequestKind, area: number): void {
  const flying = new Set<number>();
  for (let sector = 0; sector < sectors;) {
    const count = Math.min(1 + (random.next() % 7), sectors - sector);
    port.submit({ id: sector, kind, sector, sectors: count, segments: segments(sector, count, area) });
    flying.add(sector);
    sector += count;
  }
  while (flying.size > 0) {
    const seen = ring.completions.sample();
    const done = port.poll();
    if (done === undefined) ring.completions.wait(seen);
    else if (done.error !== 0 || !flying.delete(done.id)) throw new Error(`request ${done.id}: error ${done.error}`);
  }
}

for (let round = 0; round < rounds; round++) {
  const written = bytes.subarray(data, data + sectors * 512);
  const read = bytes.subarray(data + sectors * 512, data + 2 * sectors * 512);
  random.fill(written);
  all('write', 0);
  read.fill(0);
  all('read', 1);
  for (let i = 0; i < written.length; i++) {
    if (written[i] !== read[i]) throw new Error(`round ${round}: byte ${i} differs`);
  }
}
