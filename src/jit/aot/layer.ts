import { ModuleBuilder } from '../../wasm/module.ts';
import type { StateLayout } from '../layout.ts';
import type { RecordLayout } from '../record.ts';
import type { BlockSource } from '../tier1-emitter.ts';
import type { Translator } from '../translator.ts';
import { AotEmitter } from './emitter.ts';
import { MOST_BLOCKS } from './image.ts';
import { pageRuns } from './place-table.ts';
import { exportInstall } from './placing.ts';

/** A block that is to be made: where it is, and what it does. */
export interface AotSource {
  /** Its address, as the guest has it. */
  readonly address: number;
  readonly block: BlockSource;
}

export interface AotTarget {
  readonly translator: Pick<Translator, 'imports'>;
  readonly layout: StateLayout;
  readonly records: RecordLayout;
  readonly width: 32 | 64;
  /** Where the counts of slots lie, from the CPU's state. */
  readonly counts: number;
}

/**
 * Builds the module of blocks that have the numbers from `first` on, in their order. `known`: numbers of those that
 * were made before, by address.
 */
export function buildLayer(
  sources: readonly AotSource[],
  first: number,
  known: ReadonlyMap<number, number>,
  { translator, layout, records, width, counts }: AotTarget,
): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const targets = { ...translator.imports(builder), counts, countsAreNear: true };
  const links = builder.importTable('aot', 'links', MOST_BLOCKS, targets.blockType);
  const firstSlot = builder.importGlobal('aot', 'firstSlot');
  const numbers = new Map(sources.map(({ address }, i) => [address, first + i]));
  const firstFunction = builder.nextFunction;
  for (const { address, block } of sources) {
    const around = {
      address,
      links,
      firstSlot,
      numberAt: (at: number): number | undefined => numbers.get(at) ?? known.get(at),
      functionOf: (number: number): number | undefined => (number < first ? undefined : firstFunction + number - first),
    };
    const { locals, code } = new AotEmitter(block, around, layout, targets, width, records).block();
    builder.function(targets.blockType, locals, code);
  }
  const addresses = sources.map(({ address }) => address);
  const runs = pageRuns(addresses, 0, addresses.length);
  const functions = sources.map((_, i) => firstFunction + i);
  exportInstall(builder, runs, [{ table: links, of: targets.blockType, functions }]);
  return builder.build();
}
