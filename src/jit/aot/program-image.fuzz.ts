import { encodeImage, parseImage, type AotImage } from './image.ts';
import { PlaceTable } from './place-table.ts';

const PAGE = 4096;
const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const addresses = Uint32Array.of(0x1_1000, 0x1_1010, 0x1_1008);
const image: AotImage = {
  pages: new Map([[17, new Uint8Array(PAGE).fill(3)]]),
  blocks: PlaceTable.of(addresses, [2, 1]),
  regions: PlaceTable.of([0x1_1008], [0, 1]),
  addresses,
  lengths: Uint32Array.of(8, 12, 8),
  counts: [2, 1],
  regionCounts: [0, 1],
  regionBlocks: Uint32Array.of(2),
  regionEnds: Uint32Array.of(1),
  regionPages: Uint32Array.of(17),
  searched: 0,
  layers: [
    { module, compiled: Uint8Array.of(1, 2, 3), isSettled: true },
    { module, compiled: undefined, isSettled: false },
  ],
};

/** Any bytes as an image of a program: it is read as what it would be written as, or refused. */
export const target = {
  name: 'program-image',
  run(bytes: Uint8Array): void {
    const read = parseImage(Uint8Array.from(bytes));
    if (read === undefined) return;
    const again = parseImage(encodeImage(read));
    if (JSON.stringify(summary(again)) !== JSON.stringify(summary(read))) throw new Error('the image has changed');
  },
  seeds: () => [encodeImage(image), encodeImage({ ...image, pages: new Map() })],
};

function summary(read: AotImage | undefined): unknown {
  if (read === undefined) return undefined;
  const { pages, blocks, lengths, counts, layers } = read;
  return [[...pages.keys()], [...blocks.words], [...lengths], counts, layers.map(({ module: { length } }) => length)];
}
