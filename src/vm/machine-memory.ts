import { VIRT } from '../board/memory-map.ts';
import type { Mapping } from '../mem/page-tables.ts';
import type { Machine } from './machine.ts';

/** A machine's memory as a monitor looks at it, from the main thread and while the vCPU runs. */
export class MachineMemory {
  readonly ram: { readonly name: string; readonly base: number; readonly size: number };
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.ram = { name: 'riscv_virt_board.ram', base: VIRT.ram.base, size: machine.config.board.ramSize };
  }

  /** By size, as QEMU lists them; offsets are those of the machine's shared memory. */
  blocks(): readonly { readonly name: string; readonly offset: number; readonly size: number }[] {
    return this.#machine.core.board.space.regions
      .flatMap((region) => {
        if (region.kind === 'mmio') return [];
        return [{ name: region.name, offset: region.hostOffset, size: region.size }];
      })
      .toSorted((a, b) => b.size - a.size);
  }

  loaded(): readonly { name: string; address: number; size: number; kind: 'rom' | 'ram' }[] {
    const { loads, resetVector } = this.#machine.layout;
    return [
      { name: 'mrom.reset', address: VIRT.rom.base, size: resetVector.length, kind: 'rom' as const },
      ...loads.map(({ what, address, size }) => ({ name: what, address, size, kind: 'ram' as const })),
    ].toSorted((a, b) => a.address - b.address);
  }

  read(physical: number, length: number): Uint8Array | undefined {
    const { memory, space } = this.#machine.core.board;
    const plain = memory.bytes(physical, length);
    if (plain !== undefined) return plain.slice();
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const size = accessSize(physical + done, length - done);
      const value = space.load(physical + done, size);
      if (space.fault && space.find(physical + done) === undefined) return undefined;
      // A register that does not take this size reads as zero.
      for (let i = 0; i < size; i++) bytes[done + i] = space.fault ? 0 : value >>> (8 * i);
      done += size;
    }
    return bytes;
  }

  translate(cpu: number, virtual: bigint): number | undefined {
    return this.#machine.core.board.pageTables(cpu).translate(virtual);
  }

  mappings(cpu: number): Iterable<Mapping> | undefined {
    const tables = this.#machine.core.board.pageTables(cpu);
    return tables.isOn ? tables.mappings() : undefined;
  }

  disassemble(address: bigint, bytes: Uint8Array): { line: string; length: number } {
    const { guest } = this.#machine.core.board;
    const length = bytes.length < guest.parcel ? 0 : guest.lengthOf(little(bytes, guest.parcel));
    if (length === 0 || length > bytes.length) return { line: '', length: 0 };
    const word = little(bytes, length);
    const shown = word
      .toString(16)
      .padStart(2 * length, '0')
      .padEnd(2 * guest.longest);
    return { line: `${shown}          ${guest.listing(word | 0, address)}`, length };
  }

  get elfMachine(): number {
    return this.#machine.core.board.elfMachine;
  }

  registerNote(cpu: number): Uint8Array {
    return this.#machine.core.board.registerNote(cpu);
  }
}

/** The widest access that is aligned and not too long, up to four bytes. */
function accessSize(address: number, length: number): number {
  if (address % 4 === 0 && length >= 4) return 4;
  return address % 2 === 0 && length >= 2 ? 2 : 1;
}

function little(bytes: Uint8Array, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
  return value;
}
