import type { StateLayout } from '../layout.ts';
import { CPU } from '../locals.ts';
import { LEFT, UNWIND } from '../outcome.ts';
import { addressType } from '../runtime-imports.ts';
import { Code } from '../../wasm/code.ts';
import { MOST_BLOCKS } from './image.ts';
import { ModuleBuilder } from '../../wasm/module.ts';
import { I32, I64, OP } from '../../wasm/opcodes.ts';

/** What the module of the links exports. */
export interface Links {
  /** By the number of a block: what its place is entered by. Never empty. */
  readonly links: WebAssembly.Table;
  /** The place of block `number` is entered by the function in a slot. */
  set(number: number, slot: number): void;
  /** Who enters the place of a block comes to the run loop. */
  cut(number: number): void;
  /** By the number of the block that it begins with: a region. Never empty. */
  readonly regions: WebAssembly.Table;
  /** Who calls the region at a block leaves for its address instead. */
  cutRegion(number: number): void;
}

/**
 * Builds the module of the links. Their tables have functions of one type, no gaps and one size: a call needs no checks. `pages`: of the memory.
 */
export function buildLinks(width: 32 | 64, layout: StateLayout, pages: number): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  builder.importMemory('env', 'memory', { pages, width });
  const blockType = builder.type([addressType(width)], [I32]);
  const slots = builder.importTable('env', 'table', 1);
  const leave = builder.function(blockType, [], new Code(8).i32(UNWIND));
  const links = builder.table(blockType, MOST_BLOCKS, leave);
  const set = new Code()
    .get(CPU)
    .get(1)
    .byte(OP.table_get)
    .u(slots)
    .castFunction(blockType)
    .byte(OP.table_set)
    .u(links);
  const cut = new Code().get(CPU).byte(OP.ref_func).u(leave).byte(OP.table_set).u(links);
  builder.exportFunction('leave', leave);
  builder.exportFunction('set', builder.function(builder.type([I32, I32], []), [], set));
  builder.exportFunction('cut', builder.function(builder.type([I32], []), [], cut));
  builder.exportTable('links', links);
  const regionType = builder.type([addressType(width), I64, I32, I32], [I32, I64]);
  const [pc, remaining] = [1, 2];
  const elsewhere = builder.function(
    regionType,
    [],
    new Code()
      .get(CPU)
      .get(pc)
      .memory(OP.i64_store, layout.offset('pc'))
      .get(CPU)
      .get(remaining)
      .memory(OP.i32_store, layout.offset('remaining'))
      .i32(LEFT)
      .i64(0),
  );
  const regions = builder.table(regionType, MOST_BLOCKS, elsewhere);
  const cutRegion = new Code().get(CPU).byte(OP.ref_func).u(elsewhere).byte(OP.table_set).u(regions);
  builder.exportFunction('elsewhere', elsewhere);
  builder.exportFunction('cutRegion', builder.function(builder.type([I32], []), [], cutRegion));
  builder.exportTable('regions', regions);
  return builder.build();
}
