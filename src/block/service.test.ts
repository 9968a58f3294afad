import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DriveAccount } from './account.ts';
import { setImmediate as settle } from 'node:timers/promises';
import fc from 'fast-check';
import { MemoryFile } from '../host/memory-file.ts';
import type { DiskRequest, RequestKind } from '../host/request-ring.ts';
import { RingBlockPort } from '../host/ring-block-port.ts';
import { providerMistakes } from '../stats/conformance.ts';
import { BlockCounters, blockProvider } from './counters.ts';
import { FileNode } from './file-node.ts';
import { RawNode } from './raw-node.ts';
import { BlockService } from './service.ts';

const SECTORS = 16;

/** A file whose power can fail: only what was flushed is in `durable`; each call takes its time. */
class FragileFile extends MemoryFile {
  durable: Uint8Array;
  fails: string | undefined;
  readonly #delays: Iterator<number>;
  #flushes = 0;
  #newest = 0;

  constructor(delays: Iterator<number>) {
    super('fragile', { bytes: new Uint8Array(SECTORS * 512) });
    this.durable = this.bytes.slice();
    this.#delays = delays;
  }

  override async write(offset: number, ...from: Uint8Array[]): Promise<void> {
    await this.#wait();
    if (this.fails !== undefined) throw Object.assign(new Error('no'), { code: this.fails });
    await super.write(offset, ...from);
    await this.#wait();
  }

  override async flush(): Promise<void> {
    const now = { order: ++this.#flushes, bytes: this.bytes.slice() };
    await this.#wait();
    if (now.order < this.#newest) return;
    this.#newest = now.order;
    this.durable = now.bytes;
  }

  async #wait(): Promise<void> {
    for (let turns: number = this.#delays.next().value; turns > 0; turns--) await settle();
  }
}

/** Where the counters end. */
const COUNTED = Math.ceil(BlockCounters.bytes / 64) * 64;

async function rig(options: { delays?: Iterator<number>; readOnly?: boolean; writeThrough?: boolean } = {}) {
  const {
    delays = (function* () {
      for (;;) yield 0;
    })(),
    readOnly = false,
    writeThrough = false,
  } = options;
  const data = COUNTED + RingBlockPort.bytes;
  const buffer = new SharedArrayBuffer(data + 65536);
  const ring = RingBlockPort.ring(buffer, COUNTED);
  const counters = new BlockCounters(buffer, 0);
  const file = new FragileFile(delays);
  const cache = { direct: false, noFlush: false };
  const node = new RawNode(await FileNode.over(file, 'f', cache), 'r', { readOnly, owns: true });
  const drive = {
    id: 'd',
    node,
    cache,
    writeThrough,
    user: undefined,
    reportsStatus: true,
    account: new DriveAccount(),
  };
  let kicks = 0;
  const service = new BlockService(ring, drive, { buffer, counters, kick: () => void kicks++ });
  const port = new RingBlockPort(ring, { size: node.size, readOnly });
  const bytes = new Uint8Array(buffer, data);
  const submit = (id: number, kind: RequestKind, sector = 0, sectors = 1): void =>
    port.submit({ id, kind, sector, sectors, segments: [{ address: data + id * 512, length: sectors * 512 }] });
  return { ring, counters, file, service, port, bytes, submit, kicks: () => kicks };
}

suite('block service', () => {
  test('moves data between the image and guest memory', async () => {
    const { port, file, bytes, submit, service, counters, kicks } = await rig();
    bytes.fill(7, 3 * 512, 4 * 512);
    submit(3, 'write', 5);
    await service.drain();
    assert.deepEqual(port.poll(), { id: 3, error: 0 });
    assert.ok(file.bytes.subarray(5 * 512, 6 * 512).every((byte) => byte === 7));
    submit(9, 'read', 5);
    submit(10, 'flush');
    submit(11, 'write-zeroes', 5, 2);
    submit(12, 'discard', 0, 4);
    await service.stop();
    assert.ok(bytes.subarray(9 * 512, 10 * 512).every((byte) => byte === 7));
    assert.ok(file.bytes.every((byte) => byte === 0));
    const done = Array.from({ length: 4 }, () => port.poll());
    assert.deepEqual(
      done.map((each) => each?.error),
      [0, 0, 0, 0],
    );
    assert.equal(port.poll(), undefined);
    assert.equal(kicks(), 5);
    const values = blockProvider(counters).values({ target: 'vm' });
    const timed = values.filter(({ value }) => Array.isArray(value));
    assert.deepEqual(
      timed.map(({ name, value }) => [name, (value as readonly number[]).reduce((sum, count) => sum + count)]),
      [
        ['read-time-histogram', 1],
        ['write-time-histogram', 2],
        ['flush-time-histogram', 1],
      ],
    );
    assert.deepEqual(
      values.filter((each) => !timed.includes(each)),
      [
        { name: 'read-bytes', value: 512 },
        { name: 'read-operations', value: 1 },
        { name: 'write-bytes', value: 1536 },
        { name: 'write-operations', value: 2 },
        { name: 'flush-operations', value: 1 },
        { name: 'discard-operations', value: 1 },
        { name: 'failed-operations', value: 0 },
      ],
    );
    assert.deepEqual(providerMistakes(blockProvider(counters), 1), []);
  });

  test('answers a bad request with an error, and goes on', async () => {
    const { port, file, ring, submit, service, counters } = await rig();
    submit(1, 'read', SECTORS);
    submit(2, 'write', SECTORS - 1, 2);
    ring.submit({ id: 3, kind: 'read', offset: 0, length: 512, segments: [{ address: 2 ** 40, length: 512 }] });
    await service.drain();
    file.fails = 'ENOSPC';
    submit(4, 'write', 0);
    await service.drain();
    file.fails = undefined;
    submit(5, 'write', 0);
    await service.stop();
    const errors = Array.from({ length: 5 }, () => port.poll()).map((each) => `${each?.id}:${each?.error}`);
    assert.deepEqual(errors.toSorted(), ['1:22', '2:22', '3:5', '4:28', '5:0']);
    assert.equal(counters.get('failed-operations'), 4);
  });

  test('does not write to a disk that is read-only', async () => {
    const { port, submit, service } = await rig({ readOnly: true });
    submit(1, 'write', 0);
    await service.stop();
    assert.deepEqual(port.poll(), { id: 1, error: 30 });
  });

  test('what was acknowledged before a flush, or written through, survives a power loss', async () => {
    const action = fc.oneof(
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), sector: fc.nat(SECTORS - 1) }) },
      { weight: 1, arbitrary: fc.constant({ kind: 'flush' as const, sector: 0 }) },
      { weight: 4, arbitrary: fc.constant({ kind: 'poll' as const, sector: 0 }) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { minLength: 20, maxLength: 60 }),
        fc.infiniteStream(fc.nat(3)),
        fc.boolean(),
        async (actions, delays, writeThrough) => {
          const { ring, port, file, bytes, service } = await rig({ delays: delays[Symbol.iterator](), writeThrough });
          const pending = new Map<number, DiskRequest & { covers: ReadonlyMap<number, number> }>();
          /** Sector to the id of the write that the guest saw complete; one write per sector flies. */
          const acknowledged = new Map<number, number>();
          const look = (): void => {
            for (let done = port.poll(); done !== undefined; done = port.poll()) {
              assert.equal(done.error, 0);
              const request = pending.get(done.id)!;
              pending.delete(done.id);
              if (request.kind === 'write') acknowledged.set(request.offset, done.id);
              const promised =
                writeThrough && request.kind === 'write' ? [[request.offset, done.id] as const] : request.covers;
              // A later write to the same sector has a higher number.
              for (const [offset, id] of promised) assert.ok(file.durable[offset]! >= id);
            }
          };
          for (const [i, { kind, sector }] of actions.entries()) {
            const id = i + 1;
            const offset = sector * 512;
            if (kind === 'poll') {
              await settle();
              look();
            } else if (
              kind === 'flush' ||
              ![...pending.values()].some((other) => other.kind === 'write' && other.offset === offset)
            ) {
              bytes.fill(id, id * 512, (id + 1) * 512);
              const segments = kind === 'write' ? [{ address: bytes.byteOffset + id * 512, length: 512 }] : [];
              const request: DiskRequest = { id, kind, offset, length: kind === 'write' ? 512 : 0, segments };
              pending.set(id, { ...request, covers: new Map(kind === 'flush' ? acknowledged : []) });
              assert.ok(ring.submit(request));
            }
          }
          await service.stop();
          look();
          assert.equal(pending.size, 0);
          for (const [offset, id] of acknowledged) assert.equal(file.durable[offset], id);
        },
      ),
      { numRuns: 150 },
    );
  });
});
