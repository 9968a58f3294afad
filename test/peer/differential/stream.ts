/** A program of random blocks and the data it works on. */
import { Random } from '../../fuzz/random.ts';
import { asm, ChunkMaker, layOut, lengthOf, loadAddress, type Chunk } from './block.ts';
import { MEMBERS, type Member } from './encodings.ts';
import { CODE, DATA, F_OFFSET, FCSR_OFFSET, POOL_OFFSET, POOL_SIZE, RECORD, RECORDS, SAVED } from './layout.ts';
import { floating, integer, random64 } from './values.ts';

export interface Block {
  /** The register that holds the address of the block's record. */
  readonly kept: number;
  readonly chunks: readonly Chunk[];
  readonly seed: number;
}

export interface Stream {
  readonly blocks: readonly Block[];
  readonly code: Uint8Array;
  readonly data: Uint8Array;
  /** How often each encoding occurs. */
  readonly counts: ReadonlyMap<string, number>;
  /** Instructions in the blocks' bodies. */
  readonly instructions: number;
}

const CHUNKS = 80;
const CALLEE_SAVED = [1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27];

/** Random blocks of at least `count` instructions in all. */
export function randomStream(seed: number, count: number): Stream {
  const blocks: Block[] = [];
  const deck: Member[] = [];
  for (let made = 0; made < count;) {
    const block = randomBlock((seed * 0x10001 + blocks.length) | 0, deck);
    blocks.push(block);
    made += block.chunks.reduce((sum, { words }) => sum + words.length, 0);
  }
  return assemble(blocks);
}

/** Every encoding comes up equally often: they are dealt from a shuffled deck. */
function randomBlock(seed: number, deck: Member[]): Block {
  const random = new Random(seed);
  const kept = 1 + random.below(31);
  const maker = new ChunkMaker(random, kept);
  const chunks: Chunk[] = [];
  const deal = (): Member => {
    if (deck.length === 0) deck.push(...shuffled(random, MEMBERS));
    return deck.pop()!;
  };
  while (chunks.length < CHUNKS) {
    if (random.below(4) === 0) chunks.push(maker.refresh());
    if (random.below(24) === 0) {
      const body = [deal(), deal(), deal()].filter(({ kind }) => kind === 'plain');
      const loop = maker.loop(body);
      if (loop !== undefined) chunks.push(loop);
    }
    const next = deal();
    const chunk = maker.make(next);
    // Where the kept register is the only one it can write, another block takes it.
    if (chunk === undefined) deck.unshift(next);
    else chunks.push(chunk);
  }
  return { kept, chunks, seed };
}

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const deck = [...items];
  for (let i = deck.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [deck[i], deck[j]] = [deck[j]!, deck[i]!];
  }
  return deck;
}

/** One program: the caller's registers are saved, each block loads its record, runs and stores it. */
export function assemble(blocks: readonly Block[]): Stream {
  const words: number[] = entry();
  const counts = new Map<string, number>();
  let instructions = 0;
  for (const [index, { kept, chunks }] of blocks.entries()) {
    const body = layOut(chunks);
    for (const name of chunks.flatMap(({ names }) => names)) counts.set(name, (counts.get(name) ?? 0) + 1);
    instructions += body.length;
    words.push(...prologue(kept, index), ...body, ...epilogue(kept));
  }
  words.push(...leave());
  return { blocks, code: bytesOf(words), data: dataOf(blocks), counts, instructions };
}

function entry(): number[] {
  const t0 = 5;
  return [
    ...loadAddress(t0, DATA + SAVED),
    ...CALLEE_SAVED.map((register, slot) => asm('sd', { rs2: register, rs1: t0, imm: 8 * slot })),
    ...CALLEE_SAVED.map((register, slot) => asm('fsd', { fs2: register, rs1: t0, imm: 128 + 8 * slot })),
  ];
}

function leave(): number[] {
  const t0 = 5;
  return [
    ...loadAddress(t0, DATA + SAVED),
    ...CALLEE_SAVED.map((register, slot) => asm('fld', { fd: register, rs1: t0, imm: 128 + 8 * slot })),
    ...CALLEE_SAVED.map((register, slot) => asm('ld', { rd: register, rs1: t0, imm: 8 * slot })),
    asm('jalr', { rd: 0, rs1: 1, imm: 0 }),
  ];
}

/** Registers other than x0 and the kept one. */
const others = (kept: number): number[] => Array.from({ length: 32 }, (_, i) => i).filter((i) => i !== 0 && i !== kept);
const all = Array.from({ length: 32 }, (_, i) => i);

function prologue(kept: number, index: number): number[] {
  const [scratch] = others(kept) as [number];
  return [
    ...loadAddress(kept, DATA + RECORDS + index * RECORD),
    // No reservation is left over; x0's slot takes the store if there was one.
    asm('sc.w', { rd: 0, rs1: kept, rs2: 0, aqrl: 0 }),
    ...all.map((register) => asm('fld', { fd: register, rs1: kept, imm: F_OFFSET + 8 * register })),
    asm('ld', { rd: scratch, rs1: kept, imm: FCSR_OFFSET }),
    asm('csrrw', { rd: 0, csr: 3, rs1: scratch }),
    ...others(kept).map((register) => asm('ld', { rd: register, rs1: kept, imm: 8 * register })),
  ];
}

function epilogue(kept: number): number[] {
  const [scratch] = others(kept) as [number];
  return [
    ...others(kept).map((register) => asm('sd', { rs2: register, rs1: kept, imm: 8 * register })),
    ...all.map((register) => asm('fsd', { fs2: register, rs1: kept, imm: F_OFFSET + 8 * register })),
    asm('csrrs', { rd: scratch, csr: 3, rs1: 0 }),
    asm('sd', { rs2: scratch, rs1: kept, imm: FCSR_OFFSET }),
  ];
}

function dataOf(blocks: readonly Block[]): Uint8Array {
  const longs = new BigUint64Array((RECORDS + blocks.length * RECORD) / 8);
  const first = new Random(blocks[0]!.seed);
  for (let i = 0; i < SAVED / 8; i++) longs[i] = random64(first);
  for (const [index, { seed }] of blocks.entries()) {
    const random = new Random(~seed);
    const record = longs.subarray((RECORDS + index * RECORD) / 8);
    for (let i = 1; i < 32; i++) record[i] = integer(random);
    for (let i = 0; i < 32; i++) record[F_OFFSET / 8 + i] = floating(random);
    record[FCSR_OFFSET / 8] = BigInt((random.below(5) << 5) | random.below(32));
    for (let i = 0; i < POOL_SIZE; i++) {
      record[POOL_OFFSET / 8 + i] = i % 2 === 0 ? integer(random) : floating(random);
    }
  }
  return new Uint8Array(longs.buffer);
}

function bytesOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(words.reduce((sum, word) => sum + lengthOf(word), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const word of words) {
    view.setUint16(at, word, true);
    if (lengthOf(word) === 4) view.setUint16(at + 2, word >>> 16, true);
    at += lengthOf(word);
  }
  return bytes;
}

/** Address of the first instruction. */
export const ENTRY = CODE;
