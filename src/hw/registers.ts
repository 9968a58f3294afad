/**
 * The registers of a device: a table of name, offset, access and doc, and the rules that follow from
 * it. A register without behaviour is a plain cell; reading a write-only register or writing a
 * read-only one has no effect and is logged as the guest's mistake.
 */

import { BugError } from '../base/errors.ts';
import type { GuestLog } from '../mem/guest-log.ts';

export type Access = 'ro' | 'wo' | 'rw';

export interface RegisterOptions {
  /** Bytes of the register; 4 if not given. A wider access takes the low bytes. */
  readonly width?: 1 | 2 | 4 | 8;
  /** A block of `span` bytes with one behaviour, which gets the offset in it. */
  readonly span?: number;
  /** Answers only while the device's `bank()` returns this; goes before registers without it. */
  readonly when?: string;
  /** Value after reset. */
  readonly reset?: number;
}

/** Offset from the device's base, access, doc. */
export type Register = readonly [offset: number, access: Access, doc: string, options?: RegisterOptions];
export type Registers = Readonly<Record<string, Register>>;

/** Names of the registers that have a cell in the device's state: 'rw' and not a block. */
export type CellNames<R extends Registers> = {
  [K in keyof R]: R[K] extends readonly [number, 'rw', string, { readonly span: number }]
    ? never
    : R[K] extends readonly [number, 'rw', ...unknown[]]
      ? K
      : never;
}[keyof R];

/** `offset` counts from the start of the register, and `value` is unsigned. */
export interface RegisterBehaviour {
  read?(offset: number, size: number): number;
  write?(value: number, offset: number, size: number): void;
}

export function hasCell([, access, , options]: Register): boolean {
  return access === 'rw' && options?.span === undefined;
}

interface Entry {
  readonly name: string;
  readonly register: Register;
  readonly offset: number;
  readonly bytes: number;
  readonly when: string | undefined;
  readonly read: ((offset: number, size: number) => number) | undefined;
  readonly write: ((value: number, offset: number, size: number) => void) | undefined;
}

export class RegisterFile {
  readonly #entries: readonly Entry[];
  /** By offset, for those below 4 KiB; further ones are searched for. */
  readonly #readers: (readonly Entry[])[] = [];
  readonly #writers: (readonly Entry[])[] = [];
  readonly #log: GuestLog;
  readonly #wholeOnly: boolean;
  readonly #bank: () => string | undefined;

  constructor(
    registers: Registers,
    behaviours: Readonly<Record<string, RegisterBehaviour | undefined>>,
    cells: Record<string, number>,
    log: GuestLog,
    wholeOnly: boolean,
    bank: () => string | undefined = () => undefined,
  ) {
    this.#log = log;
    this.#wholeOnly = wholeOnly;
    this.#bank = bank;
    const entries = Object.entries(registers).map(([name, register]) =>
      makeEntry(name, register, behaviours[name] ?? {}, cells),
    );
    // A register that answers only in one bank is asked first.
    this.#entries = entries.sort((a, b) => Number(b.when !== undefined) - Number(a.when !== undefined));
    for (const entry of this.#entries) {
      if (entry.offset >= 4096 || entry.bytes > 4096) continue;
      for (let i = entry.offset; i < entry.offset + entry.bytes; i++) {
        if (entry.read) this.#readers[i] = [...(this.#readers[i] ?? []), entry];
        if (entry.write) this.#writers[i] = [...(this.#writers[i] ?? []), entry];
      }
    }
  }

  read(offset: number, size: number): number {
    const entry = this.#find(this.#readers, offset, true);
    if (entry === undefined) return this.#noRead(offset, size);
    const inside = offset - entry.offset;
    if (this.#isPartial(entry, inside, size)) {
      this.#log.guestError(`read of ${size} bytes inside register ${entry.name}`);
      return 0;
    }
    return entry.read!(inside, size) >>> 0;
  }

  write(offset: number, size: number, value: number): void {
    const entry = this.#find(this.#writers, offset, false);
    if (entry === undefined) return this.#noWrite(offset, size, value);
    const inside = offset - entry.offset;
    if (this.#isPartial(entry, inside, size)) {
      this.#log.guestError(`write of ${size} bytes inside register ${entry.name}`);
      return;
    }
    entry.write!((entry.bytes < 4 ? value & (2 ** (8 * entry.bytes) - 1) : value) >>> 0, inside, size);
  }

  /** One byte of a register whose reads have no side effects; undefined where there is none. */
  peek(offset: number): number | undefined {
    const entry = this.#find(this.#readers, offset, true);
    if (entry === undefined) return undefined;
    const inside = offset - entry.offset;
    const value = entry.read!(entry.register[3]?.span === undefined ? inside & 4 : inside, 1);
    return (value >>> (entry.register[3]?.span === undefined ? 8 * (inside & 3) : 0)) & 0xff;
  }

  /** The bytes that the registers cover: one more than the last one's offset. */
  get end(): number {
    return Math.max(0, ...this.#entries.map((entry) => entry.offset + entry.bytes));
  }

  #isPartial({ register, bytes }: Entry, inside: number, size: number): boolean {
    return register[3]?.span === undefined && (inside !== 0 || (this.#wholeOnly && size < bytes));
  }

  #find(index: (readonly Entry[])[], offset: number, reads: boolean): Entry | undefined {
    const at = index[offset];
    if (at !== undefined) {
      if (at[0].when === undefined) return at[0];
      const bank = this.#bank();
      return at.find((entry) => entry.when === undefined || entry.when === bank);
    }
    for (const entry of this.#entries) {
      if (offset < entry.offset || offset >= entry.offset + entry.bytes) continue;
      if ((reads ? entry.read : entry.write) !== undefined) return entry;
    }
    return undefined;
  }

  #noRead(offset: number, size: number): number {
    const other = this.#find(this.#writers, offset, false);
    this.#log.guestError(
      other === undefined
        ? `read of ${size} bytes at offset 0x${offset.toString(16)}, where no register is`
        : `read of write-only register ${other.name}`,
    );
    return 0;
  }

  #noWrite(offset: number, size: number, value: number): void {
    const other = this.#find(this.#readers, offset, true);
    const what = `write of 0x${value.toString(16)}`;
    this.#log.guestError(
      other === undefined
        ? `${what} (${size} bytes) at offset 0x${offset.toString(16)}, where no register is`
        : `${what} to read-only register ${other.name}`,
    );
  }
}

function makeEntry(
  name: string,
  register: Register,
  behaviour: RegisterBehaviour,
  cells: Record<string, number>,
): Entry {
  const [offset, access, , options = {}] = register;
  const cell = hasCell(register);
  const read = behaviour.read?.bind(behaviour) ?? (cell ? () => cells[name] : undefined);
  const write = behaviour.write?.bind(behaviour) ?? (cell ? (value: number) => void (cells[name] = value) : undefined);
  if ((access !== 'wo' && read === undefined) || (access !== 'ro' && write === undefined)) {
    throw new BugError(`register ${name} is ${access} but has no behaviour for it`);
  }
  return {
    name,
    register,
    offset,
    bytes: options.span ?? options.width ?? 4,
    when: options.when,
    read: access === 'wo' ? undefined : read,
    write: access === 'ro' ? undefined : write,
  };
}
