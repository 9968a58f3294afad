import { Code } from '../../wasm/code.ts';
import { ModuleBuilder } from '../../wasm/module.ts';
import { I32, OP } from '../../wasm/opcodes.ts';
import type { StateLayout } from '../layout.ts';
import type { RecordLayout } from '../record.ts';
import type { BlockSource } from '../tier1-emitter.ts';
import type { CallTargets } from '../runtime-imports.ts';
import type { Translator } from '../translator.ts';
import { AotEmitter } from './emitter.ts';
import { pageRuns, type PageRun } from './image.ts';

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

/** What a layer's module exports. */
export interface LayerExports {
  /** Puts the blocks of its `run`th page into their links, and into slots from `slot` on. */
  install(run: number, slot: number): void;
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
  const links = builder.importTable('aot', 'links', first + sources.length, targets.blockType);
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
  builder.exportFunction('install', buildInstall(builder, runs, { first, firstFunction, links, targets }));
  return builder.build();
}

/** `install`. V8 prepares all of a segment when any of it is wanted: so each page is one. */
function buildInstall(
  builder: ModuleBuilder,
  runs: readonly PageRun[],
  {
    first,
    firstFunction,
    links,
    targets,
  }: { readonly first: number; readonly firstFunction: number; readonly links: number; readonly targets: CallTargets },
): number {
  const [run, slot] = [0, 1];
  const code = new Code();
  const outer = code.block();
  const labels = runs.map(() => code.block()).reverse();
  code.get(run).brTable(labels, outer);
  for (const { first: index, count } of runs) {
    code.end();
    const functions = Array.from({ length: count }, (_, i) => firstFunction + index + i);
    const segment = builder.segment(functions, targets.blockType);
    code
      .i32(first + index)
      .i32(0)
      .i32(count)
      .tableInit(segment, links);
    code.get(slot).i32(0).i32(count).tableInit(segment, 0);
    code.op(OP.return);
  }
  code.end();
  return builder.function(builder.type([I32, I32], []), [], code);
}
