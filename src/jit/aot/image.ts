const PAGE = 4096;
const MAGIC = 0x31_54_4f_41;
/** Words of the header: magic, blocks, pages, layers. */
const HEADER_WORDS = 4;
/** Words of a layer: blocks, bytes of the module, bytes of what was compiled of it, whether that is all. */
const LAYER_WORDS = 4;

/** A module of blocks, which have the numbers after those of the layers before, and what was made of it. */
export interface AotLayer {
  readonly module: Uint8Array<ArrayBuffer>;
  /** The code that the host's compiler made. */
  readonly compiled: Uint8Array<ArrayBuffer> | undefined;
  /** The compiler is done with what is run of it. */
  readonly isSettled: boolean;
}

/** Where the blocks of an image are, and what they were made from. */
export interface AotIndex {
  /** By the number of the page in the guest's addresses: its bytes. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
  /** Of each block its address, and its bytes. */
  readonly addresses: Uint32Array;
  readonly lengths: Uint32Array;
  /** How many blocks each layer has. */
  readonly counts: readonly number[];
}

/**
 * Blocks of a program that were translated ahead of time: code for each process that has the same bytes at the same
 * addresses. Blocks are numbered through all layers; in a layer they are ordered by address.
 */
export interface AotImage extends AotIndex {
  readonly layers: readonly AotLayer[];
}

/** Blocks that follow each other in one page. */
export interface PageRun {
  /** Number of the first. */
  readonly first: number;
  readonly count: number;
}

/** The blocks `from` to `to` - 1, whose addresses ascend, page by page: a layer has them in this order. */
export function pageRuns(addresses: ArrayLike<number>, from: number, to: number): PageRun[] {
  const pageOf = (block: number): number => Math.floor(addresses[block]! / PAGE);
  const runs: PageRun[] = [];
  for (let first = from, end = from; first < to; first = end) {
    while (end < to && pageOf(end) === pageOf(first)) end++;
    runs.push({ first, count: end - first });
  }
  return runs;
}

export const EMPTY_IMAGE: AotImage = {
  pages: new Map(),
  addresses: new Uint32Array(),
  lengths: new Uint32Array(),
  counts: [],
  layers: [],
};

/** Blocks that were made for an image: a module of them, in order. */
export interface MadeLayer {
  readonly module: Uint8Array<ArrayBuffer>;
  readonly blocks: readonly { readonly address: number; readonly length: number }[];
}

/** An image with one layer more; `bytesOf` gives the bytes of a page of the guest that is new in it. */
export function withLayer(
  image: AotImage,
  { module, blocks }: MadeLayer,
  bytesOf: (page: number) => Uint8Array,
): AotImage {
  const pages = new Map(image.pages);
  for (const { address } of blocks) {
    const page = Math.floor(address / PAGE);
    if (!pages.has(page)) pages.set(page, bytesOf(page));
  }
  return {
    pages,
    addresses: Uint32Array.from([...image.addresses, ...blocks.map(({ address }) => address)]),
    lengths: Uint32Array.from([...image.lengths, ...blocks.map(({ length }) => length)]),
    counts: [...image.counts, blocks.length],
    layers: [...image.layers, { module, compiled: undefined, isSettled: false }],
  };
}

/**
 * An image as bytes: header, words of each layer, addresses and lengths of blocks, numbers of pages, all of these u32,
 * little-endian as the host is; then the bytes of the pages, and of each layer its module and what was compiled.
 */
export function encodeImage({ pages, addresses, lengths, counts, layers }: AotImage): Uint8Array<ArrayBuffer> {
  const words = [MAGIC, addresses.length, pages.size, layers.length];
  layers.forEach(({ module, compiled, isSettled }, i) => {
    words.push(counts[i]!, module.length, compiled?.length ?? 0, isSettled ? 1 : 0);
  });
  const numbers = Uint32Array.from([...words, ...addresses, ...lengths, ...pages.keys()]);
  const blobs = [
    ...pages.values(),
    ...layers.flatMap(({ module, compiled }) => [module, compiled ?? new Uint8Array()]),
  ];
  const out = new Uint8Array(numbers.byteLength + blobs.reduce((sum, { length }) => sum + length, 0));
  out.set(new Uint8Array(numbers.buffer));
  let at = numbers.byteLength;
  for (const blob of blobs) {
    out.set(blob, at);
    at += blob.length;
  }
  return out;
}

/** The index that an image's bytes begin with, how many bytes that is, and the words of the layers. */
export interface ParsedIndex {
  readonly index: AotIndex;
  readonly bytes: number;
  readonly layerWords: Uint32Array;
}

/** The index that bytes begin with, which are not copied; undefined if they begin with none. */
export function parseIndex(given: Uint8Array): ParsedIndex | undefined {
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  let at = 0;
  const take = (count: number): Uint32Array | undefined => {
    if (count * 4 > bytes.length - at) return undefined;
    at += 4 * count;
    return new Uint32Array(bytes.buffer, bytes.byteOffset + at - 4 * count, count);
  };
  const header = take(HEADER_WORDS);
  if (header === undefined || header[0] !== MAGIC) return undefined;
  const [, blocks, pageCount, layerCount] = header as unknown as [number, number, number, number];
  const layerWords = take(layerCount * LAYER_WORDS);
  const addresses = layerWords && take(blocks);
  const lengths = addresses && take(blocks);
  const numbers = lengths && take(pageCount);
  if (numbers === undefined || pageCount * PAGE > bytes.length - at) return undefined;
  const pages = new Map<number, Uint8Array>();
  for (const number of numbers) {
    pages.set(number, bytes.subarray(at, at + PAGE));
    at += PAGE;
  }
  const counts = Array.from({ length: layerCount }, (_, i) => layerWords![i * LAYER_WORDS]!);
  if (counts.reduce((sum, count) => sum + count, 0) !== blocks) return undefined;
  const index = { pages, addresses: addresses!, lengths: lengths!, counts };
  return { index, bytes: at, layerWords: layerWords! };
}

/** The image that bytes say; undefined if they say none. */
export function parseImage(bytes: Uint8Array<ArrayBuffer>): AotImage | undefined {
  const parsed = parseIndex(bytes);
  if (parsed === undefined) return undefined;
  const { index, layerWords } = parsed;
  let at = parsed.bytes;
  const blob = (length: number): Uint8Array<ArrayBuffer> | undefined => {
    if (length > bytes.length - at) return undefined;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const layers: AotLayer[] = [];
  for (let i = 0; i < index.counts.length; i++) {
    const [, moduleBytes, compiledBytes, flags] = layerWords.subarray(i * LAYER_WORDS) as unknown as number[];
    const module = blob(moduleBytes!);
    const compiled = module && blob(compiledBytes!);
    if (compiled === undefined) return undefined;
    layers.push({ module: module!, compiled: compiledBytes === 0 ? undefined : compiled, isSettled: flags === 1 });
  }
  return { ...index, layers };
}
