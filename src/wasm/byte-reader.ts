/** Bytes that are no module as our encoder makes them. */
export class MalformedModule extends Error {
  override readonly name = 'MalformedModule';
}

/** Reads WebAssembly's binary format from front to back. */
export class ByteReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    if (this.isAtEnd) throw new MalformedModule('it ends too early');
    return this.#bytes[this.at++]!;
  }

  /** The next `length` bytes, borrowed. */
  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw new MalformedModule('it ends too early');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** Unsigned LEB128 below 2^53. */
  u(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new MalformedModule('a number is too long');
      if (byte < 0x80) return value;
      if (scale > 2 ** 56) throw new MalformedModule('a number is too long');
    }
  }

  /** Signed LEB128 of up to 64 bits. */
  s(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, BigInt.asIntN(Number(shift) + 7, value));
    }
    throw new MalformedModule('a number is too long');
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.u()));
  }

  /** What `read` makes of each element of a vector. */
  vector<T>(read: (index: number) => T): T[] {
    const count = this.u();
    // Each takes a byte at least.
    if (count > this.#bytes.length - this.at) throw new MalformedModule('it ends too early');
    return Array.from({ length: count }, (_, index) => read(index));
  }
}
