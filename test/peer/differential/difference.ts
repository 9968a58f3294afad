/** Where two runs of a stream part, told for a person. */
import { guest } from './encodings.ts';
import { layOut, lengthOf, type Chunk } from './block.ts';
import { F_OFFSET, FCSR_OFFSET, RECORD, RECORDS } from './layout.ts';
import { assemble, type Block, type Stream } from './stream.ts';

type Run = (stream: Stream) => Uint8Array;

/** Finds the first instructions after which the results differ. Empty if they never do. */
export function explain(stream: Stream, ours: Run, native: Run): string {
  const differs = (length: number): boolean => {
    const part = assemble(prefix(stream.blocks, length));
    return Buffer.compare(ours(part), native(part)) !== 0;
  };
  let low = 0;
  let high = stream.blocks.reduce((sum, { chunks }) => sum + chunks.length, 0);
  if (!differs(high)) return '';
  // Registers of finished blocks and memory stay as they are: what differs once differs to the end.
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (differs(middle)) high = middle;
    else low = middle;
  }
  const blocks = prefix(stream.blocks, high);
  const { kept, seed, chunks } = blocks.at(-1)!;
  const part = assemble(blocks);
  return [
    `block ${blocks.length - 1} (seed ${seed}, x${kept} kept) differs after chunk ${chunks.length - 1}:`,
    ...listing(chunks.slice(-5)),
    ...differences(ours(part), native(part), part.data),
  ].join('\n');
}

/** The first `length` chunks of the blocks. */
function prefix(blocks: readonly Block[], length: number): Block[] {
  const part: Block[] = [];
  let left = length;
  for (const block of blocks) {
    if (left <= 0) break;
    part.push({ ...block, chunks: block.chunks.slice(0, left) });
    left -= block.chunks.length;
  }
  return part;
}

function listing(chunks: readonly Chunk[]): string[] {
  let pc = 0n;
  return layOut(chunks).map((word) => {
    const line = `  ${pc.toString(16).padStart(4)}  ${guest.disassemble(word, pc)}`;
    pc += BigInt(lengthOf(word));
    return line;
  });
}

function differences(mine: Uint8Array, theirs: Uint8Array, before: Uint8Array): string[] {
  const at = (data: Uint8Array, offset: number): string =>
    new DataView(data.buffer, data.byteOffset).getBigUint64(offset, true).toString(16).padStart(16, '0');
  const lines: string[] = [];
  for (let offset = 0; offset < mine.length; offset += 8) {
    const [have, want] = [at(mine, offset), at(theirs, offset)];
    if (have !== want) lines.push(`${nameOf(offset)}: ${have}, native ${want}, before ${at(before, offset)}`);
  }
  return lines;
}

function nameOf(offset: number): string {
  if (offset < RECORDS) return `memory ${offset.toString(16)}`;
  const inRecord = (offset - RECORDS) % RECORD;
  const block = `block ${Math.floor((offset - RECORDS) / RECORD)} `;
  if (inRecord < F_OFFSET) return `${block}x${inRecord / 8}`;
  return inRecord === FCSR_OFFSET ? `${block}fcsr` : `${block}f${(inRecord - F_OFFSET) / 8}`;
}
