/**
 * Numbers of 0 to 2^53 - 1 as bytes of 7 bits, the lowest first, bit 7 set in all but the last. What is
 * longer or larger than that is none: -1.
 */
const LONGEST = 8;

export function putVarint(into: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) into.push((rest % 128) | 128);
  into.push(rest);
}

/** Bytes read one after the other, from an untrusted source. */
export class ByteCursor {
  /** What was asked for was not there, or was no number. */
  isBroken = false;
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#end;
  }

  byte(): number {
    if (this.isAtEnd) {
      this.isBroken = true;
      return 0;
    }
    return this.#bytes[this.at++]!;
  }

  varint(): number {
    let value = 0;
    for (let i = 0; i < LONGEST; i++) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    this.isBroken = true;
    return 0;
  }

  /** So many bytes, which stay the source's. */
  bytes(length: number): Uint8Array {
    if (length > this.#end - this.at) {
      this.isBroken = true;
      return new Uint8Array(0);
    }
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
