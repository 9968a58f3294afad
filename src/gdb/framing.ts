/**
 * Packets on the wire (GDB manual, "Overview" of the remote protocol): `$data#cc`, where cc is the sum
 * of the bytes between; `}` escapes the byte after it, which is sent xor 0x20; `x*n` repeats x another
 * n - 29 times. `+` and `-` acknowledge; 0x03 outside a packet interrupts.
 *
 *     idle ──$──▶ data ──#──▶ first digit ──▶ second digit ──▶ idle
 *                  ▲ $ begins anew             (packet, or a bad one)
 *
 * Text is Latin-1: one character a byte.
 */

/** Longest data of a packet, either way: what PacketSize announces. */
export const MOST_DATA = 0x1000;

export type Received =
  | { readonly kind: 'packet'; readonly data: string }
  /** Its checksum is wrong, or it is too long. */
  | { readonly kind: 'bad' }
  | { readonly kind: 'ack' | 'nack' | 'interrupt' };

export class PacketReader {
  #state: 'idle' | 'data' | 'first' | 'second' = 'idle';
  #data = '';
  #sum = 0;
  #claimed = '';
  #escape: 'none' | 'escaped' | 'repeated' = 'none';
  #isBad = false;

  /** What a byte completes. */
  take(byte: number): Received | undefined {
    switch (this.#state) {
      case 'idle':
        return this.#outside(byte);
      case 'data':
        this.#inside(byte);
        return undefined;
      case 'first':
        this.#claimed = String.fromCharCode(byte);
        this.#state = 'second';
        return undefined;
      case 'second':
        this.#state = 'idle';
        this.#claimed += String.fromCharCode(byte);
        return this.#ended();
    }
  }

  #outside(byte: number): Received | undefined {
    if (byte === DOLLAR) this.#begin();
    else if (byte === PLUS) return { kind: 'ack' };
    else if (byte === MINUS) return { kind: 'nack' };
    else if (byte === INTERRUPT) return { kind: 'interrupt' };
    return undefined;
  }

  #begin(): void {
    this.#state = 'data';
    this.#data = '';
    this.#sum = 0;
    this.#escape = 'none';
    this.#isBad = false;
  }

  #inside(byte: number): void {
    if (byte === DOLLAR) return this.#begin();
    if (byte === HASH) {
      this.#state = 'first';
      if (this.#escape !== 'none') this.#isBad = true;
      return;
    }
    this.#sum = (this.#sum + byte) & 0xff;
    switch (this.#escape) {
      case 'escaped':
        this.#escape = 'none';
        this.#add(String.fromCharCode(byte ^ 0x20));
        break;
      case 'repeated':
        this.#escape = 'none';
        if (this.#data === '' || byte < FEWEST_REPEATS + REPEAT_BIAS || byte > 126) this.#isBad = true;
        else this.#add(this.#data.at(-1)!.repeat(byte - REPEAT_BIAS));
        break;
      case 'none':
        if (byte === ESCAPE) this.#escape = 'escaped';
        else if (byte === STAR) this.#escape = 'repeated';
        else this.#add(String.fromCharCode(byte));
    }
  }

  #add(text: string): void {
    if (this.#data.length + text.length > MOST_DATA) this.#isBad = true;
    else this.#data += text;
  }

  #ended(): Received {
    const isRight = /^[0-9a-f]{2}$/i.test(this.#claimed) && parseInt(this.#claimed, 16) === this.#sum;
    return isRight && !this.#isBad ? { kind: 'packet', data: this.#data } : { kind: 'bad' };
  }
}

/** The bytes of a packet with this data, which `escape` has made safe. */
export function packet(data: string): Uint8Array {
  const bytes = Uint8Array.from(`$${data}#00`, (character) => character.charCodeAt(0));
  let sum = 0;
  for (let i = 1; i < bytes.length - 3; i++) sum += bytes[i]!;
  const digits = (sum & 0xff).toString(16).padStart(2, '0');
  bytes[bytes.length - 2] = digits.charCodeAt(0);
  bytes[bytes.length - 1] = digits.charCodeAt(1);
  return bytes;
}

/** Binary data as it stands in a packet. */
export function escape(data: string): string {
  return data.replace(/[#$}*]/g, (character) => `}${String.fromCharCode(character.charCodeAt(0) ^ 0x20)}`);
}

const code = (character: string): number => character.charCodeAt(0);
const [DOLLAR, HASH, PLUS, MINUS, STAR, ESCAPE] = ['$', '#', '+', '-', '*', '}'].map(code) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const INTERRUPT = 3;
const REPEAT_BIAS = 29;
const FEWEST_REPEATS = 3;
