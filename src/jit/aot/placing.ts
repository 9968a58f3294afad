import { Code } from '../../wasm/code.ts';
import type { ModuleBuilder } from '../../wasm/module.ts';
import { I32, OP } from '../../wasm/opcodes.ts';
import type { PageRun } from './place-table.ts';

/** What a layer's module exports. */
export interface LayerExports {
  /**
   * Puts the `index`th function of the `run`th page that any begin in to where block `block` is looked for, and what it
   * is entered by into a slot of the engine's table.
   */
  install(run: number, index: number, block: number, slot: number): void;
}

/** Functions that go into a table together: one of each number, all of type `of`. */
export interface Placed {
  readonly table: number;
  readonly of: number;
  readonly functions: readonly number[];
}

/**
 * Exports `install`: puts functions into tables that are indexed by blocks, and those of the last one into slots, too. V8
 * prepares all of a segment when any of it is wanted: so each page is one.
 */
export function exportInstall(builder: ModuleBuilder, runs: readonly PageRun[], all: readonly Placed[]): void {
  const [run, index, block, slot] = [0, 1, 2, 3];
  const code = new Code();
  const outer = code.block();
  const labels = runs.map(() => code.block()).reverse();
  code.get(run).brTable(labels, outer);
  for (const { first, count } of runs) {
    code.end();
    all.forEach(({ table, of, functions }, i) => {
      const segment = builder.segment(functions.slice(first, first + count), of);
      code.get(block).get(index).i32(1).tableInit(segment, table);
      if (i === all.length - 1) code.get(slot).get(index).i32(1).tableInit(segment, 0);
    });
    code.op(OP.return);
  }
  code.end();
  builder.exportFunction('install', builder.function(builder.type([I32, I32, I32, I32], []), [], code));
}
