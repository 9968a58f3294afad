import type { Guest } from '../../ir/guest.ts';
import type { Arena } from '../../mem/arena.ts';
import { ModuleBuilder } from '../../wasm/module.ts';
import { I32 } from '../../wasm/opcodes.ts';
import type { CodePages } from '../code-pages.ts';
import { buildDecode, type Decode } from '../decode.ts';
import { DECODE_TABLES_BYTES, DecodeTables } from '../decode-tables.ts';
import type { RecordLayout } from '../record.ts';

/** What an engine has for its code pages, without an engine. */
export function quickDecode(
  arena: Arena,
  guest: Guest,
  records: RecordLayout,
  granules: number,
): NonNullable<CodePages['quick']> {
  const { memory, width, limit } = arena;
  const forms = guest.forms!;
  const builder = new ModuleBuilder();
  builder.importMemory('env', 'memory', { pages: limit / 0x10000, width });
  const { locals, code } = buildDecode({ forms, records, width, granules });
  const type = builder.type([I32, I32, I32, I32], [I32]);
  builder.exportFunction('decode', builder.function(type, locals, code));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(builder.build()), { env: { memory } });
  const tables = new DecodeTables(memory, arena.allocate(DECODE_TABLES_BYTES, 8), guest, forms, records);
  return { decode: instance.exports['decode'] as Decode, tables };
}
