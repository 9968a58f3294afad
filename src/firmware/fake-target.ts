import type { BootTarget, ReadInto } from './boot.ts';

/** One range of RAM for tests of loaders. */
export class FakeTarget implements BootTarget {
  readonly base: number;
  readonly memory: Uint8Array;

  constructor(base: number, size: number) {
    this.base = base;
    this.memory = new Uint8Array(size);
  }

  write(physical: number, bytes: Uint8Array): void {
    this.memory.set(bytes, physical - this.base);
  }

  zero(physical: number, length: number): void {
    this.memory.fill(0, physical - this.base, physical - this.base + length);
  }

  fill(physical: number, length: number, readInto: ReadInto): Promise<void> {
    return readInto(this.memory.subarray(physical - this.base, physical - this.base + length));
  }

  isRam(physical: number, length: number): boolean {
    return physical >= this.base && physical + length <= this.base + this.memory.length;
  }
}
