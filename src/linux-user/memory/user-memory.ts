import { PAGE, PROT_READ, type PageTable } from './pages.ts';

const MOST_STRING = 1 << 20;

/** The bytes of a process, as system calls look at them. Addresses are the guest's; every one must be checked first. */
export class UserMemory {
  readonly pages: PageTable;
  /** Where the window begins in the shared memory. */
  readonly base: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Code may have been made of bytes that were written. */
  onWrite: ((address: number, length: number) => void) | undefined;

  constructor(memory: WebAssembly.Memory, base: number, pages: PageTable) {
    this.pages = pages;
    this.base = base;
    this.bytes = new Uint8Array(memory.buffer, base, pages.count * PAGE);
    this.view = new DataView(memory.buffer, base, pages.count * PAGE);
  }

  hostOffset(address: number): number {
    return this.base + address;
  }

  /** Bytes before the zero byte of a string; -1 where it is not readable to its end. */
  stringLength(address: number): number {
    const reach = this.pages.reach(address, MOST_STRING, PROT_READ);
    const end = this.bytes.subarray(address, address + reach).indexOf(0);
    return end;
  }

  text(address: number, length: number): string {
    return new TextDecoder('latin1').decode(this.bytes.slice(address, address + length));
  }

  wrote(address: number, length: number): void {
    if (length === 0) return;
    this.onWrite?.(address, length);
  }

  u32(address: number): number {
    return this.view.getUint32(address, true);
  }

  /** An unsigned 64-bit number; exact below 2^53. */
  u64(address: number): number {
    return this.view.getUint32(address + 4, true) * 2 ** 32 + this.view.getUint32(address, true);
  }

  setU32(address: number, value: number): void {
    this.view.setUint32(address, value, true);
    this.wrote(address, 4);
  }

  setU64(address: number, value: number): void {
    this.view.setUint32(address, value % 2 ** 32, true);
    this.view.setUint32(address + 4, Math.floor(value / 2 ** 32), true);
    this.wrote(address, 8);
  }

  /** Where nothing is written the address may be any. */
  write(address: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.bytes.set(bytes, address);
    this.wrote(address, bytes.length);
  }
}
