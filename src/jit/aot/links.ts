import { CPU } from '../locals.ts';
import { UNWIND } from '../outcome.ts';
import { addressType } from '../runtime-imports.ts';
import { Code } from '../../wasm/code.ts';
import { ModuleBuilder } from '../../wasm/module.ts';
import { I32, OP } from '../../wasm/opcodes.ts';

/** What the module of the links exports. */
export interface Links {
  /** By the number of a block: what its place is entered by. Never empty. */
  readonly links: WebAssembly.Table;
  /** The place of block `number` is entered by the function in a slot. */
  set(number: number, slot: number): void;
  /** Who enters the place of a block comes to the run loop. */
  cut(number: number): void;
}

/** Builds the module of `count` links. Its table has functions of one type, and no gaps: a call needs no checks. */
export function buildLinks(count: number, width: 32 | 64): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const blockType = builder.type([addressType(width)], [I32]);
  const slots = builder.importTable('env', 'table', 1);
  const leave = builder.function(blockType, [], new Code(8).i32(UNWIND));
  const links = builder.table(blockType, count, leave);
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
  return builder.build();
}
