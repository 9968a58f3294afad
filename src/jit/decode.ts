import type { Forms } from '../ir/guest.ts';
import { maskOf } from '../ir/pieces.ts';
import { Code } from '../wasm/code.ts';
import { ATOMIC, I32, OP } from '../wasm/opcodes.ts';
import { CANDIDATE, DECODE_TABLES, ENDS_LINE, OPERAND, PIECE, PROGRAM } from './decode-tables.ts';
import { RECORD_WIDE, type RecordLayout } from './record.ts';
import { addressType } from './runtime-imports.ts';

const PAGE = 4096;
const GRANULE_SHIFT = 6;
/** Instructions decoded ahead in a straight line. */
const DECODE_AHEAD = 16;
/** Set in what `decode` gives if it stopped at a word that its tables lack. */
export const LACKS = 0x1_0000;

/** See buildDecode. */
export type Decode = (tables: number, record: number, hostPage: number, offset: number) => number;

export interface DecodeContext {
  readonly forms: Forms;
  readonly records: RecordLayout;
  readonly width: 32 | 64;
  /** Address of the masks of 64-byte granules that hold code. */
  readonly granules: number;
}

const [TABLES, RECORD, HOST_PAGE, OFFSET] = [0, 1, 2, 3];
const [WORD, LENGTH, PROGRAM_AT, HEAD, OPERAND_AT, PIECES, VALUE, LEFT, COUNT, AT, BIT, HOST] = [
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

/**
 * Body of `decode(tables, record, hostPage, offset)`: fills in the records of instructions in a straight line of a page,
 * from the one at `offset` on, whose record is at `record`. Gives the offset behind them: there the line has ended or is
 * long enough, or an instruction has a record or goes on in the next page, or the tables lack one (LACKS). All parameters are i32.
 */
export function buildDecode(context: DecodeContext): { locals: number[]; code: Code } {
  return new DecodeEmitter(context).body();
}

class DecodeEmitter {
  readonly #context: DecodeContext;
  readonly #code = new Code();

  constructor(context: DecodeContext) {
    this.#context = context;
  }

  body(): { locals: number[]; code: Code } {
    const { width } = this.#context;
    const c = this.#code;
    c.get(HOST_PAGE);
    this.#address();
    if (width === 64) c.i64(12).op(OP.i64_shl).get(OFFSET).op(OP.i64_extend_i32_u).op(OP.i64_add);
    else c.i32(12).op(OP.i32_shl).get(OFFSET).op(OP.i32_add);
    c.set(HOST).i32(DECODE_AHEAD).set(COUNT);
    const next = c.loop();
    c.get(OFFSET).i32(PAGE).op(OP.i32_ge_u);
    this.#leaveIf();
    this.#load(RECORD, 0, OP.i32_load16_u);
    this.#leaveIf();
    this.#claim(0);
    this.#find();
    this.#write();
    this.#add(OFFSET, LENGTH);
    c.get(HOST).get(LENGTH);
    this.#address()
      .op(width === 64 ? OP.i64_add : OP.i32_add)
      .set(HOST);
    c.get(LENGTH).i32(this.#context.records.shift).op(OP.i32_shl).get(RECORD).op(OP.i32_add).set(RECORD);
    c.get(HEAD).i32(ENDS_LINE).op(OP.i32_and);
    this.#leaveIf();
    this.#count(COUNT).brIf(next);
    c.end();
    c.get(OFFSET);
    return { locals: [...Array<number>(HOST - WORD).fill(I32), addressType(width)], code: c };
  }

  /** Sets the word, its length and the address of its program. */
  #find(): void {
    const { forms } = this.#context;
    const c = this.#code;
    c.get(HOST).memory(OP.i32_load16_u).tee(WORD).i32(forms.long.mask).op(OP.i32_and);
    c.i32(forms.long.match).op(OP.i32_eq);
    c.if();
    c.get(OFFSET)
      .i32(PAGE - 4)
      .op(OP.i32_gt_u);
    this.#leaveIf();
    this.#claim(3);
    c.i32(4).set(LENGTH).get(HOST).memory(OP.i32_load).set(WORD);
    c.i32(0);
    for (const piece of forms.key) {
      c.get(WORD).i32(piece.at).op(OP.i32_shr_u).i32(maskOf(piece)).op(OP.i32_and).i32(piece.to).op(OP.i32_shl);
      c.op(OP.i32_or);
    }
    this.#place(DECODE_TABLES.LONG);
    // The last candidate matches all.
    const search = c.loop();
    c.get(WORD);
    this.#load(AT, CANDIDATE.MASK).op(OP.i32_and);
    this.#load(AT, CANDIDATE.MATCH).op(OP.i32_ne);
    c.if();
    c.get(AT).i32(CANDIDATE.BYTES).op(OP.i32_add).set(AT);
    c.br(search);
    c.end();
    c.end();
    this.#load(AT, CANDIDATE.PROGRAM);
    this.#inHeap().set(PROGRAM_AT);
    c.else();
    c.i32(2).set(LENGTH).get(WORD);
    this.#place(DECODE_TABLES.SHORT);
    c.get(AT).set(PROGRAM_AT);
    c.end();
  }

  /** Takes a number of a table from the stack: sets AT to what it stands for. */
  #place(table: number): void {
    const c = this.#code;
    c.i32(1).op(OP.i32_shl).get(TABLES).op(OP.i32_add);
    this.#address().atomic(ATOMIC.i32_load16_u, table, 1).tee(AT).op(OP.i32_eqz);
    c.if();
    c.get(OFFSET).i32(LACKS).op(OP.i32_or).op(OP.return);
    c.end();
    c.get(AT);
    this.#inHeap().set(AT);
  }

  /** Runs the program: writes the record, but for its link. */
  #write(): void {
    const c = this.#code;
    c.get(RECORD);
    this.#address();
    this.#load(PROGRAM_AT, PROGRAM.RECORD).memory(OP.i32_store);
    this.#load(PROGRAM_AT, PROGRAM.HEAD).tee(HEAD).i32(0xff).op(OP.i32_and).set(LEFT);
    c.get(PROGRAM_AT).i32(PROGRAM.BYTES).op(OP.i32_add).set(OPERAND_AT);
    this.#while(LEFT, () => {
      this.#gather();
      // The record's word is not needed any more where the operand's first is.
      this.#load(AT, OPERAND.TO, OP.i32_load8_u).i32(RECORD_WIDE).op(OP.i32_eq);
      c.if();
      c.get(RECORD);
      this.#address().get(VALUE).memory(OP.i32_store, RECORD_WIDE);
      c.else();
      c.get(RECORD);
      this.#load(AT, OPERAND.TO, OP.i32_load8_u).op(OP.i32_add);
      this.#address();
      c.get(VALUE);
      this.#load(AT, OPERAND.ZERO, OP.i32_load8_u).get(VALUE).op(OP.select).memory(OP.i32_store8);
      c.end();
    });
  }

  /** Sets VALUE to that of the operand at OPERAND_AT, which becomes AT, and goes on to the next one. */
  #gather(): void {
    const c = this.#code;
    c.get(OPERAND_AT).tee(AT).i32(OPERAND.BYTES).op(OP.i32_add).set(OPERAND_AT);
    c.i32(0).set(VALUE);
    this.#load(AT, OPERAND.PIECES, OP.i32_load8_u).set(PIECES);
    this.#while(PIECES, () => {
      c.get(VALUE).get(WORD);
      this.#load(OPERAND_AT, PIECE.AT, OP.i32_load8_u).op(OP.i32_shr_u);
      this.#load(OPERAND_AT, PIECE.MASK).op(OP.i32_and);
      this.#load(OPERAND_AT, PIECE.TO, OP.i32_load8_u).op(OP.i32_shl).op(OP.i32_or).set(VALUE);
      c.get(OPERAND_AT).i32(PIECE.BYTES).op(OP.i32_add).set(OPERAND_AT);
    });
    c.get(VALUE);
    this.#load(AT, OPERAND.SIGN, OP.i32_load8_u).tee(BIT).op(OP.i32_shl).get(BIT).op(OP.i32_shr_s);
    this.#load(AT, OPERAND.BIAS).op(OP.i32_add).set(VALUE);
  }

  /** Marks the granule of a byte as holding code, before it is read: others may store there. */
  #claim(distance: number): void {
    const { granules } = this.#context;
    const c = this.#code;
    c.get(OFFSET).i32(distance).op(OP.i32_add).set(BIT);
    // 32 granules have a word.
    c.get(BIT)
      .i32(GRANULE_SHIFT + 5)
      .op(OP.i32_shr_u)
      .i32(2)
      .op(OP.i32_shl);
    c.get(HOST_PAGE).i32(3).op(OP.i32_shl).op(OP.i32_add).set(AT);
    c.i32(1).get(BIT).i32(GRANULE_SHIFT).op(OP.i32_shr_u).op(OP.i32_shl).set(BIT);
    this.#load(AT, granules).get(BIT).op(OP.i32_and).op(OP.i32_eqz);
    c.if();
    c.get(AT);
    this.#address().get(BIT).atomic(ATOMIC.i32_rmw_or, granules, 2).op(OP.drop);
    c.end();
  }

  /** The i32 on the stack as an address. */
  #address(): Code {
    return this.#context.width === 64 ? this.#code.op(OP.i64_extend_i32_u) : this.#code;
  }

  #load(local: number, offset: number, opcode: number = OP.i32_load): Code {
    this.#code.get(local);
    return this.#address().memory(opcode, offset);
  }

  /** The place on the stack as an address. */
  #inHeap(): Code {
    const c = this.#code;
    return c.i32(2).op(OP.i32_shl).get(TABLES).op(OP.i32_add).i32(DECODE_TABLES.HEAP).op(OP.i32_add);
  }

  #add(local: number, other: number): void {
    this.#code.get(local).get(other).op(OP.i32_add).set(local);
  }

  /** One less, which is left on the stack. */
  #count(local: number): Code {
    return this.#code.get(local).i32(1).op(OP.i32_sub).tee(local);
  }

  /** As often as a local says, which is 0 then. */
  #while(local: number, act: () => void): void {
    const c = this.#code;
    const done = c.block();
    c.get(local).op(OP.i32_eqz).brIf(done);
    const again = c.loop();
    act();
    this.#count(local).brIf(again);
    c.end();
    c.end();
  }

  /** Leaves with OFFSET if what is on the stack is not 0. */
  #leaveIf(): void {
    const c = this.#code;
    c.if();
    c.get(OFFSET).op(OP.return);
    c.end();
  }
}
