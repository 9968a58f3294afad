import { ByteReader } from './byte-reader.ts';
import { Code } from './code.ts';
import { OP } from './opcodes.ts';

const HEAD_BYTES = 8;
const SECTION = { CUSTOM: 0, CODE: 10 } as const;
/** A body: its bytes, no locals, and what traps if it is called after all. */
const BODY = [3, 0, OP.unreachable, OP.end];

/**
 * A module as its surroundings see it, imports, functions' types, tables, exports, without what its functions do: for an
 * engine that has their code from elsewhere. Custom sections are left out.
 */
export function withoutBodies(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = new ByteReader(module);
  const out = new Code(4096).append(reader.take(HEAD_BYTES));
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const body = reader.take(reader.u());
    if (id === SECTION.CUSTOM) continue;
    const section = id === SECTION.CODE ? emptied(body) : body;
    out.byte(id).u(section.length).append(section);
  }
  return out.bytes.slice(0, out.length) as Uint8Array<ArrayBuffer>;
}

/** A code section with as many bodies. */
function emptied(section: Uint8Array): Uint8Array {
  const count = new ByteReader(section).u();
  const out = new Code(8 + BODY.length * count).u(count);
  for (let i = 0; i < count; i++) for (const byte of BODY) out.byte(byte);
  return out.bytes.subarray(0, out.length);
}
