import { PLACE_WORDS, PlaceTable } from './place-table.ts';

const PAGE = 4096;
/** Most blocks of an image. A thread has slots for twice as many. */
export const MOST_BLOCKS = 2 ** 14;
const MAGIC = 0x33_54_4f_41;
/** Words of the header: magic, blocks, pages, layers, regions, pages of regions, blocks searched. */
const HEADER_WORDS = 7;
type Header = [number, number, number, number, number, number, number];
/** Words of a layer: blocks, regions, bytes of the module, bytes of what was compiled of it, whether that is all. */
const LAYER_WORDS = 5;

/** A module of blocks or regions, which have the numbers after those of the layers before, and what was made of it. */
export interface AotLayer {
  readonly module: Uint8Array;
  /** The code that the host's compiler made. */
  readonly compiled: Uint8Array | undefined;
  /** The compiler is done with all of it: without what it made the module is of no use any more. */
  readonly isSettled: boolean;
}

/** Where the blocks of an image are, and what they were made from. */
export interface AotIndex {
  /** By the number of the page in the guest's addresses: its bytes. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
  /** Where the functions of its blocks are, and of its regions. */
  readonly blocks: PlaceTable;
  readonly regions: PlaceTable;
  /** Of each block its address, and its bytes. */
  readonly addresses: Uint32Array;
  readonly lengths: Uint32Array;
  /** How many blocks each layer has, and how many regions. */
  readonly counts: readonly number[];
  readonly regionCounts: readonly number[];
  /** Of each region the block that it begins with, and up to where in `regionPages` the numbers of its pages are. */
  readonly regionBlocks: Uint32Array;
  readonly regionEnds: Uint32Array;
  readonly regionPages: Uint32Array;
  /** Of so many blocks, the first ones, all regions were made. */
  readonly searched: number;
}

/**
 * Blocks of a program that were translated ahead of time: code for each process that has the same bytes at the same
 * addresses. Blocks are numbered through all layers; in a layer they are ordered by address.
 */
export interface AotImage extends AotIndex {
  readonly layers: readonly AotLayer[];
}

export const EMPTY_IMAGE: AotImage = {
  pages: new Map(),
  blocks: PlaceTable.of([], []),
  regions: PlaceTable.of([], []),
  addresses: new Uint32Array(),
  lengths: new Uint32Array(),
  counts: [],
  regionCounts: [],
  regionBlocks: new Uint32Array(),
  regionEnds: new Uint32Array(),
  regionPages: new Uint32Array(),
  searched: 0,
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
  const counts = [...image.counts, blocks.length];
  const places = PlaceTable.of([...image.addresses, ...blocks.map(({ address }) => address)], counts);
  return {
    ...image,
    pages,
    blocks: places,
    addresses: places.addresses,
    lengths: Uint32Array.from([...image.lengths, ...blocks.map(({ length }) => length)]),
    counts,
    regionCounts: [...image.regionCounts, 0],
    layers: [...image.layers, { module, compiled: undefined, isSettled: false }],
  };
}

/** Regions that were made for an image: a module of them, in order. */
export interface MadeRegions {
  readonly module: Uint8Array<ArrayBuffer>;
  /** Of each the number of the block that it begins with, and of the pages that it was made from. */
  readonly regions: readonly { readonly block: number; readonly pages: readonly number[] }[];
}

/** An image with a layer of regions more: all of its pages are in it. */
export function withRegions(image: AotImage, { module, regions }: MadeRegions): AotImage {
  let end = image.regionPages.length;
  const ends = regions.map(({ pages }) => (end += pages.length));
  const regionBlocks = Uint32Array.from([...image.regionBlocks, ...regions.map(({ block }) => block)]);
  const regionCounts = [...image.regionCounts, regions.length];
  return {
    ...image,
    regions: PlaceTable.of(
      regionBlocks.map((block) => image.addresses[block]!),
      regionCounts,
    ),
    counts: [...image.counts, 0],
    regionCounts,
    regionBlocks,
    regionEnds: Uint32Array.from([...image.regionEnds, ...ends]),
    regionPages: Uint32Array.from([...image.regionPages, ...regions.flatMap(({ pages }) => pages)]),
    layers: [...image.layers, { module, compiled: undefined, isSettled: false }],
  };
}

/** The pages that region `number` was made from. */
export function pagesOfRegion({ regionEnds, regionPages }: AotIndex, number: number): Uint32Array {
  return regionPages.subarray(number === 0 ? 0 : regionEnds[number - 1]!, regionEnds[number]!);
}

/**
 * An image as bytes: header, words of each layer, table of blocks and their lengths, table of regions and what is said of
 * them, numbers of pages, all of these u32, little-endian as the host is; then the bytes of the pages, and of each layer its module and what was compiled.
 */
export function encodeImage(image: AotImage): Uint8Array<ArrayBuffer> {
  const { pages, blocks, lengths, counts, regions, regionCounts, regionBlocks, regionEnds, regionPages, layers } =
    image;
  const words = [MAGIC, lengths.length, pages.size, layers.length];
  words.push(regionBlocks.length, regionPages.length, image.searched);
  layers.forEach(({ module, compiled, isSettled }, i) => {
    words.push(counts[i]!, regionCounts[i]!, module.length, compiled?.length ?? 0, isSettled ? 1 : 0);
  });
  const numbers = Uint32Array.from([
    ...words,
    ...blocks.words,
    ...lengths,
    ...regions.words,
    ...regionBlocks,
    ...regionEnds,
    ...regionPages,
    ...pages.keys(),
  ]);
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
interface ParsedIndex {
  readonly index: AotIndex;
  readonly bytes: number;
  readonly layerWords: Uint32Array;
}

/** The index that bytes begin with, which are not copied; undefined if they begin with none. */
function parseIndex(bytes: Uint8Array): ParsedIndex | undefined {
  let at = 0;
  const take = (count: number): Uint32Array | undefined => {
    if (count * 4 > bytes.length - at) return undefined;
    at += 4 * count;
    return new Uint32Array(bytes.buffer, bytes.byteOffset + at - 4 * count, count);
  };
  const header = take(HEADER_WORDS);
  if (header === undefined || header[0] !== MAGIC) return undefined;
  const [, blocks, pageCount, layerCount, regions, pagesOfRegions, searched] = Array.from(header) as Header;
  const layerWords = take(layerCount * LAYER_WORDS);
  const places = layerWords && take(blocks * PLACE_WORDS);
  const lengths = places && take(blocks);
  const regionPlaces = lengths && take(regions * PLACE_WORDS);
  const regionBlocks = regionPlaces && take(regions);
  const regionEnds = regionBlocks && take(regions);
  const regionPages = regionEnds && take(pagesOfRegions);
  const numbers = regionPages && take(pageCount);
  if (numbers === undefined || pageCount * PAGE > bytes.length - at) return undefined;
  const pages = new Map<number, Uint8Array>();
  for (const number of numbers) {
    pages.set(number, bytes.subarray(at, at + PAGE));
    at += PAGE;
  }
  const ofLayers = (word: number): number[] =>
    Array.from({ length: layerCount }, (_, i) => layerWords![i * LAYER_WORDS + word]!);
  const sum = (all: number[]): number => all.reduce((before, one) => before + one, 0);
  const [counts, regionCounts] = [ofLayers(0), ofLayers(1)];
  if (sum(counts) !== blocks || sum(regionCounts) !== regions) return undefined;
  if (!areRegions(regionBlocks!, regionEnds!, blocks, pagesOfRegions)) return undefined;
  const table = new PlaceTable(places!);
  const index = {
    pages,
    blocks: table,
    regions: new PlaceTable(regionPlaces!),
    addresses: table.addresses,
    lengths: lengths!,
    counts,
    regionCounts,
    regionBlocks: regionBlocks!,
    regionEnds: regionEnds!,
    regionPages: regionPages!,
    searched,
  };
  return { index, bytes: at, layerWords: layerWords! };
}

/** Whether regions begin with blocks that there are, and their pages follow each other. */
function areRegions(blocks: Uint32Array, ends: Uint32Array, allBlocks: number, allPages: number): boolean {
  if ((ends.at(-1) ?? 0) !== allPages || blocks.some((block) => block >= allBlocks)) return false;
  return ends.every((end, i) => i === 0 || end >= ends[i - 1]!);
}

/** The image that bytes say, which are not copied; undefined if they say none. Tables are taken as they are. */
export function parseImage(given: Uint8Array): AotImage | undefined {
  const bytes = given.byteOffset % 4 === 0 ? given : given.slice();
  const parsed = parseIndex(bytes);
  if (parsed === undefined) return undefined;
  const { index, layerWords } = parsed;
  let at = parsed.bytes;
  const blob = (length: number): Uint8Array | undefined => {
    if (length > bytes.length - at) return undefined;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const layers: AotLayer[] = [];
  for (let i = 0; i < index.counts.length; i++) {
    const [, , moduleBytes, compiledBytes, flags] = layerWords.subarray(i * LAYER_WORDS) as unknown as number[];
    const module = blob(moduleBytes!);
    const compiled = module && blob(compiledBytes!);
    if (compiled === undefined) return undefined;
    layers.push({ module: module!, compiled: compiledBytes === 0 ? undefined : compiled, isSettled: flags === 1 });
  }
  return { ...index, layers };
}
