import { ModuleBuilder } from '../../wasm/module.ts';
import type { Region } from '../region/discover.ts';
import { buildEntrance } from '../region/entrance.ts';
import type { Translator } from '../translator.ts';
import { MOST_BLOCKS } from './image.ts';
import { pageRuns } from './place-table.ts';
import { exportInstall } from './placing.ts';
import { AotRegionEmitter } from './region-emitter.ts';

/** A region that is to be made. */
export interface AotRegionSource {
  /** Number of the block that it begins with. */
  readonly block: number;
  readonly region: Region;
  /** Address of the page that its offsets count from. */
  readonly base: number;
  /** Numbers of the pages that it was made from. */
  readonly pages: readonly number[];
}

export interface AotRegionTarget {
  readonly translator: Pick<Translator, 'imports' | 'regionSettings'>;
  /** Where the counts of slots lie, from the CPU's state. */
  readonly counts: number;
  /** The number of the block at an address. */
  readonly numberAt: (address: number) => number | undefined;
}

/** Builds a module of regions, which are in the order of their addresses. */
export function buildRegionLayer(
  sources: readonly AotRegionSource[],
  { translator, counts, numberAt }: AotRegionTarget,
): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const settings = translator.regionSettings;
  const { layout, width } = settings;
  const targets = { ...translator.imports(builder), counts, countsAreNear: true };
  const links = builder.importTable('aot', 'links', MOST_BLOCKS, targets.blockType);
  const regions = builder.importTable('aot', 'regions', MOST_BLOCKS, targets.regionType);
  const first = builder.nextFunction;
  const indices = new Map(sources.map(({ block }, i) => [block, i]));
  for (const { region, base, pages } of sources) {
    // What changes any of a region's pages takes it away: so it goes with whoever was made from all of these.
    const functionOf = (number: number): number | undefined => {
      const index = indices.get(number);
      return index !== undefined && sources[index]!.pages.every((page) => pages.includes(page))
        ? first + index
        : undefined;
    };
    const context = {
      ...settings,
      region,
      targets,
      recordAt: undefined,
      functionAt: (): undefined => undefined,
      stayed: undefined,
      state: undefined,
    };
    const emitter = new AotRegionEmitter(context, { base, regions, numberAt, functionOf });
    const { locals, code } = emitter.function();
    builder.function(targets.regionType, locals, code);
  }
  const unused = { base: -1, generation: -1 };
  const entrances = sources.map((_, i) =>
    buildEntrance({ builder, layout, targets, width, pages: new Map(), stamp: unused }, first + i, 0, 0),
  );
  const addresses = sources.map(({ base, region: { start } }) => base + start);
  exportInstall(builder, pageRuns(addresses, 0, addresses.length), [
    { table: regions, of: targets.regionType, functions: sources.map((_, i) => first + i) },
    { table: links, of: targets.blockType, functions: entrances },
  ]);
  return builder.build();
}
