import { UserError } from '../base/errors.ts';
import type { MemoryTarget } from './memory-target.ts';
import type { OutputFile } from './output-file.ts';

/** A stretch of physical memory. */
export interface DumpRange {
  readonly begin: bigint;
  readonly length: bigint;
}

export const DUMP_STATES = ['none', 'active', 'completed', 'failed'] as const;

export type DumpStatus = {
  readonly status: (typeof DUMP_STATES)[number];
  /** Bytes. */
  readonly completed: number;
  readonly total: number;
};

const ELF_HEADER = 64;
const SECTION_HEADER = 64;
const PROGRAM_HEADER = 56;
const PT_LOAD = 1;
const PT_NOTE = 4;
const CHUNK = 65536;

/** ELF's header of a core file, 64 bits, little-endian. */
const IDENT = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1];
const ET_CORE = 4;

/** The memory of a guest and the registers of its vCPUs as a core file, which debuggers understand. */
export class GuestDump {
  readonly #memory: MemoryTarget;
  readonly #cpus: readonly number[];
  readonly #begin: number;
  readonly #length: number;
  status: DumpStatus = { status: 'none', completed: 0, total: 0 };

  /** Throws a UserError if the range and the guest's memory have nothing in common. */
  constructor(memory: MemoryTarget, cpus: readonly number[], range?: DumpRange) {
    this.#memory = memory;
    this.#cpus = cpus;
    const { base, size } = memory.ram;
    const from = range === undefined ? BigInt(base) : max(range.begin, BigInt(base));
    const to = range === undefined ? BigInt(base + size) : min(range.begin + range.length, BigInt(base + size));
    if (to <= from) throw new UserError("Invalid parameter 'begin'");
    this.#begin = Number(from);
    this.#length = Number(to - from);
  }

  async writeTo(file: OutputFile): Promise<void> {
    this.status = { status: 'active', completed: 0, total: this.#length };
    try {
      await file.write(this.#headers());
      for (let done = 0; done < this.#length; done += CHUNK) {
        const count = Math.min(CHUNK, this.#length - done);
        await file.write(this.#memory.read(this.#begin + done, count)!);
        this.status = { status: 'active', completed: done + count, total: this.#length };
      }
      this.status = { ...this.status, status: 'completed' };
    } catch (error) {
      this.status = { ...this.status, status: 'failed' };
      throw error;
    }
  }

  /** All that is before the memory. */
  #headers(): Uint8Array {
    const notes = this.#cpus.map((cpu) => this.#memory.registerNote(cpu));
    const notesSize = notes.reduce((sum, note) => sum + note.length, 0);
    const notesAt = ELF_HEADER + 2 * PROGRAM_HEADER;
    const bytes = new Uint8Array(notesAt + notesSize);
    const view = new DataView(bytes.buffer);
    bytes.set(IDENT);
    view.setUint16(16, ET_CORE, true);
    view.setUint16(18, this.#memory.elfMachine, true);
    view.setUint32(20, 1, true);
    view.setBigUint64(32, BigInt(ELF_HEADER), true);
    view.setUint16(52, ELF_HEADER, true);
    view.setUint16(54, PROGRAM_HEADER, true);
    view.setUint16(56, 2, true);
    view.setUint16(58, SECTION_HEADER, true);
    programHeader(view, ELF_HEADER, { type: PT_NOTE, offset: notesAt, address: 0, size: notesSize });
    programHeader(view, ELF_HEADER + PROGRAM_HEADER, {
      type: PT_LOAD,
      offset: bytes.length,
      address: this.#begin,
      size: this.#length,
    });
    let at = notesAt;
    for (const note of notes) {
      bytes.set(note, at);
      at += note.length;
    }
    return bytes;
  }
}

function programHeader(
  view: DataView,
  at: number,
  { type, offset, address, size }: { type: number; offset: number; address: number; size: number },
): void {
  view.setUint32(at, type, true);
  view.setBigUint64(at + 8, BigInt(offset), true);
  view.setBigUint64(at + 16, BigInt(address), true);
  view.setBigUint64(at + 24, BigInt(address), true);
  view.setBigUint64(at + 32, BigInt(size), true);
  view.setBigUint64(at + 40, BigInt(size), true);
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
