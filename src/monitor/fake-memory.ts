import type { LoadedRange, Mapping, MemoryBlock, MemoryTarget } from './memory-target.ts';

const KIB = 1024;
/** auipc t0,0; addi a2,t0,40; csrr a0,mhartid; ld a1,32(t0); ld t0,24(t0); jr t0 */
const CODE = [0x0000_0297, 0x0282_8613, 0xf140_2573, 0x0202_b583, 0x0182_b283, 0x0002_8067];

/** Memory for tests: RAM that holds its own offsets, a ROM with a little code, and one vCPU that maps some of it. */
export class FakeMemory implements MemoryTarget {
  readonly ram = { name: 'riscv_virt_board.ram', base: 0x8000_0000, size: 64 * KIB };
  readonly rom = { name: 'riscv_virt_board.mrom', base: 0x1000, size: 4 * KIB };

  blocks(): readonly MemoryBlock[] {
    return [
      { name: this.ram.name, offset: 0, size: this.ram.size },
      { name: this.rom.name, offset: this.ram.size, size: this.rom.size },
    ];
  }

  loaded(): readonly LoadedRange[] {
    return [
      { name: 'mrom.reset', address: 0x1000, size: 40, kind: 'rom' },
      { name: 'fdt', address: 0x8000_f000, size: 256, kind: 'ram' },
    ];
  }

  read(physical: number, length: number): Uint8Array | undefined {
    for (const block of [this.ram, this.rom]) {
      const offset = physical - block.base;
      if (offset < 0 || offset + length > block.size) continue;
      return Uint8Array.from({ length }, (_, i) => (block === this.ram ? (offset + i) & 0xff : romByte(offset + i)));
    }
    return undefined;
  }

  translate(_cpu: number, virtual: bigint): number | undefined {
    return virtual < 1n << 40n ? Number(virtual) : undefined;
  }

  mappings(cpu: number): Iterable<Mapping> | undefined {
    if (cpu === 0) return undefined;
    return [
      { virtual: 0x1000n, physical: 0x8000_1000, size: 4096, attributes: 'r-xu-a-' },
      { virtual: 0xffff_ffff_8000_0000n, physical: 0x8000_0000, size: 0x20_0000, attributes: 'rwx--ad' },
    ];
  }

  disassemble(_address: bigint, bytes: Uint8Array): { line: string; length: number } {
    if (bytes.length < 4) return { line: '', length: 0 };
    const word = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    return { line: `${word.toString(16).padStart(8, '0')}          .word`, length: 4 };
  }

  readonly elfMachine = 243;

  registerNote(): Uint8Array {
    return new Uint8Array(16);
  }
}

const romByte = (offset: number): number => ((CODE[offset >> 2] ?? 0) >>> (8 * (offset & 3))) & 0xff;
