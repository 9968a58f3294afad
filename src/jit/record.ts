import type { GuestInstruction, Guest } from '../ir/guest.ts';

/**
 * Tier 0 runs predecoded records: one of 16 bytes for every parcel (smallest instruction) of a
 * physical page that holds code, so that an offset in the page is an offset in the records and
 * neither branches nor translated code need a search.
 *
 *     0  u16  handler: what tier 0's br_table dispatches on
 *     2  u8   bytes from this record to the one of the next instruction
 *     3  u8×5 operands that fit a byte: registers, rounding mode, small immediates
 *     8  i32  the instruction's one wide operand
 *    12  i32  link: table slot of the translated block that starts here (above 0), or minus the
 *             number of times that control was transferred here
 */
export const RECORD_BYTES = 16;
export const RECORD_STEP = 2;
export const RECORD_BYTE_OPERANDS = 3;
export const RECORD_WIDE = 8;
export const RECORD_LINK = 12;

/** Set in the address of records that only the instruction at pc may be taken from. */
export const LONE = 1;

/** Handlers that are no instruction; instruction i has handler FIRST_INSTRUCTION + i. */
export const HANDLER_UNDECODED = 0;
export const HANDLER_PAGE_END = 1;
export const HANDLER_STRADDLE = 2;
export const FIRST_INSTRUCTION = 3;

const PAGE = 4096;

/** How a guest's instructions are laid out in records. */
export class RecordLayout {
  /** Records of a page, and the sentinels after them where an instruction can end. */
  readonly perPage: number;
  /** Bytes of a page's records. */
  readonly pageBytes: number;
  /** Record address = page's records + (offset in page << shift). */
  readonly shift: number;
  readonly #slots: readonly Int8Array[];
  readonly #sinks: readonly Int8Array[];

  constructor(guest: Guest) {
    this.perPage = PAGE / guest.parcel;
    this.shift = Math.log2(RECORD_BYTES / guest.parcel);
    const sentinels = guest.longest / guest.parcel;
    this.pageBytes = Math.ceil(((this.perPage + sentinels) * RECORD_BYTES) / 64) * 64;
    this.#slots = guest.instructions.map(slotsOf);
    this.#sinks = guest.instructions.map((instruction) =>
      Int8Array.from(instruction.operands, (operand) => {
        const file = operand.file === undefined ? undefined : guest.files[operand.file];
        return operand.isDestination ? (file?.sink ?? -1) : -1;
      }),
    );
  }

  /** Byte of the record that holds operand `operand`, or -1 for the wide one. */
  slot(instruction: number, operand: number): number {
    const slot = this.#slots[instruction]![operand]!;
    return slot < 0 ? -1 : RECORD_BYTE_OPERANDS + slot;
  }

  /** What byte operand `operand` is instead of 0: the element that swallows writes to the register that reads as zero. */
  insteadOfZero(instruction: number, operand: number): number {
    return Math.max(0, this.#sinks[instruction]![operand]!);
  }

  /** Writes a decoded instruction into the record at `at` of `view`. */
  write(view: DataView, at: number, instruction: number, length: number, operands: Int32Array): void {
    view.setUint16(at, FIRST_INSTRUCTION + instruction, true);
    view.setUint8(at + RECORD_STEP, length << this.shift);
    const slots = this.#slots[instruction]!;
    const sinks = this.#sinks[instruction]!;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i]!;
      const value = operands[i]!;
      if (slot < 0) view.setInt32(at + RECORD_WIDE, value, true);
      else view.setUint8(at + RECORD_BYTE_OPERANDS + slot, value === 0 && sinks[i]! >= 0 ? sinks[i]! : value);
    }
  }
}

function slotsOf(instruction: GuestInstruction): Int8Array {
  let bytes = 0;
  let wide = 0;
  const slots = Int8Array.from(instruction.operands, (operand) => {
    if (operand.isByte) return bytes++;
    wide++;
    return -1;
  });
  if (bytes > 5 || wide > 1) {
    throw new RangeError(`${instruction.name} has more operands than a record holds`);
  }
  return slots;
}
