/** What every block node does, run over all of them, on files in memory and on real ones. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import fc from 'fast-check';
import { NodeFiles } from '../host-node/files.ts';
import { MemoryFile } from '../host/memory-file.ts';
import { FileNode } from './file-node.ts';
import type { BlockNode } from './node.ts';
import { OverlayNode } from './overlay-node.ts';
import { RawNode } from './raw-node.ts';

const SIZE = 5 * 4096 + 300;
const CACHE = { direct: false, noFlush: false };
const initial = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31) >> 3);
const directory = mkdtempSync(join(tmpdir(), 'tinamou-block-'));
after(() => rmSync(directory, { recursive: true }));

interface Subject {
  node: BlockNode;
  /** What the image holds now, beyond this process. */
  image: () => Uint8Array;
  /** The image never changes. */
  overlay: boolean;
}

let serial = 0;
async function memory(overlay: boolean): Promise<Subject> {
  const file = new MemoryFile('m', { bytes: initial.slice() });
  const raw = new RawNode(await FileNode.over(file, 'f', CACHE), 'r', { readOnly: false, owns: true });
  const node = overlay ? new OverlayNode(raw, new MemoryFile('o'), 'o') : raw;
  return { node, image: () => file.bytes, overlay };
}

async function real(overlay: boolean): Promise<Subject> {
  const files = new NodeFiles();
  const path = join(directory, `image${serial++}`);
  writeFileSync(path, initial);
  const file = await files.open(path, overlay ? 'read' : 'write');
  const raw = new RawNode(await FileNode.over(file, 'f', CACHE), 'r', { readOnly: false, owns: true });
  const node = overlay ? new OverlayNode(raw, await files.temporary(), 'o') : raw;
  return { node, image: () => readFileSync(path), overlay };
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  'raw in memory': () => memory(false),
  'overlay in memory': () => memory(true),
  'raw on a file': () => real(false),
  'overlay on a file': () => real(true),
};

const ROUND = Math.ceil(SIZE / 512) * 512;
const range = fc
  .tuple(fc.nat(ROUND), fc.nat(ROUND), fc.array(fc.nat(9000), { maxLength: 3 }))
  .map(([a, b, cuts]) => ({ offset: Math.min(a, b), length: Math.abs(a - b), cuts }));
const step = fc.record({ write: fc.boolean(), range, byte: fc.nat(255) });

/** A buffer of shared memory in pieces, as a guest hands them over. */
function pieces(length: number, cuts: readonly number[]): { whole: Uint8Array; parts: Uint8Array[] } {
  const whole = new Uint8Array(new SharedArrayBuffer(length));
  const ends = [...cuts.map((cut) => cut % (length + 1)).toSorted((a, b) => a - b), length];
  let start = 0;
  const parts = ends.map((end) => whole.subarray(start, (start = end)));
  return { whole, parts };
}

for (const [name, make] of Object.entries(subjects)) {
  suite(`block node ${name}`, () => {
    test('holds what was written last', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { node, image, overlay } = await make();
          const model = new Uint8Array(ROUND);
          model.set(initial);
          for (const { write, range: r, byte } of steps) {
            const { whole, parts } = pieces(r.length, r.cuts);
            if (write) {
              for (let i = 0; i < r.length; i++) whole[i] = byte + i;
              model.set(whole, r.offset);
              await node.write(r.offset, ...parts);
            } else {
              whole.fill(0xaa);
              await node.read(r.offset, ...parts);
              assert.deepEqual(Buffer.from(whole), Buffer.from(model.subarray(r.offset, r.offset + r.length)));
            }
          }
          await node.close();
          const now = image();
          const expected = overlay ? initial : model.subarray(0, now.length);
          assert.ok(Buffer.from(now).equals(expected));
        }),
        { numRuns: 40 },
      );
    });

    test('keeps writes apart that run side by side', async () => {
      const { node } = await make();
      const sectors = Array.from({ length: 20 }, (_, i) => i);
      await Promise.all(sectors.map((i) => node.write(i * 512, new Uint8Array(512).fill(i + 1))));
      const all = new Uint8Array(20 * 512);
      await node.read(0, all);
      for (const i of sectors) assert.ok(all.subarray(i * 512, (i + 1) * 512).every((byte) => byte === i + 1));
      await node.close();
    });

    test('has whole sectors, and zeroes after the end of the file', async () => {
      const { node } = await make();
      assert.equal(node.size, ROUND);
      const tail = new Uint8Array(ROUND - SIZE).fill(1);
      await node.read(SIZE, tail);
      assert.ok(tail.every((byte) => byte === 0));
      assert.ok((await node.allocated()) >= 0);
      await node.close();
    });
  });
}
