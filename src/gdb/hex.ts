/** Bytes and numbers as gdb writes them. */

export const hexByte = (value: number): string => value.toString(16).padStart(2, '0');

export const toHex = (bytes: Uint8Array): string => Array.from(bytes, hexByte).join('');

/** Undefined unless it is whole bytes of hexadecimal digits. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** A number of up to 64 bits. */
export function parseNumber(text: string): bigint | undefined {
  return /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : undefined;
}

/** The low bytes of a value, in the target's order (little-endian). */
export function valueToHex(value: bigint, bits: number): string {
  const digits = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0');
  return digits.match(/../g)!.toReversed().join('');
}

export function valueFromHex(text: string): bigint | undefined {
  const bytes = fromHex(text);
  if (bytes === undefined || bytes.length === 0) return undefined;
  return BigInt(`0x${toHex(bytes.toReversed())}`);
}

/** Bytes as a packet has them: one character each. */
export const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
