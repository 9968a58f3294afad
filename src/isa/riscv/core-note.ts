/**
 * The note NT_PRSTATUS of a core file: Linux's elf_prstatus of riscv64, of which debuggers read the
 * thread's number, pc and x1 to x31.
 */

/** ELF's number of the architecture, in the header of the file. */
export const EM_RISCV = 243;
const NT_PRSTATUS = 1;
const NAME = 'CORE\0';
/** Header of three words, and the name padded to a multiple of four. */
const DESCRIPTION = 12 + 8;
const SIZE = 376;
const PID = DESCRIPTION + 32;
const REGISTERS = DESCRIPTION + 112;

/** Of a hart's state: all that a core file tells. */
interface Hart {
  readonly pc: bigint;
  readonly x: BigInt64Array;
}

export function coreNote({ pc, x }: Hart, index: number): Uint8Array {
  const note = new Uint8Array(DESCRIPTION + SIZE);
  const view = new DataView(note.buffer);
  view.setUint32(0, NAME.length, true);
  view.setUint32(4, SIZE, true);
  view.setUint32(8, NT_PRSTATUS, true);
  note.set(new TextEncoder().encode(NAME), 12);
  view.setUint32(PID, index + 1, true);
  view.setBigInt64(REGISTERS, pc, true);
  for (let register = 1; register < 32; register++) view.setBigInt64(REGISTERS + 8 * register, x[register]!, true);
  return note;
}
