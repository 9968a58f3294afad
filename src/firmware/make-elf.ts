/** An ELF file for tests and fuzz seeds: one header, the segments, nothing else. */
export interface MakeElf {
  readonly bits?: 32 | 64;
  readonly littleEndian?: boolean;
  readonly machine?: number;
  readonly entry?: number;
  readonly segments?: readonly { physical: number; bytes: readonly number[]; memorySize?: number; type?: number }[];
}

export function makeElf({
  bits = 64,
  littleEndian = true,
  machine = 243,
  entry = 0,
  segments = [],
}: MakeElf): Uint8Array<ArrayBuffer> {
  const wide = bits === 64;
  const [headerSize, phdrSize] = wide ? [64, 56] : [52, 32];
  const dataAt = headerSize + segments.length * phdrSize;
  const file = new Uint8Array(segments.reduce((end, { bytes }) => end + bytes.length, dataAt));
  const data = new DataView(file.buffer);
  const half = (at: number, value: number) => data.setUint16(at, value, littleEndian);
  const word = (at: number, value: number) => data.setUint32(at, value, littleEndian);
  const native = (at: number, value: number) => {
    if (wide) data.setBigUint64(at, BigInt(value), littleEndian);
    else word(at, value);
  };
  file.set([0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, littleEndian ? 1 : 2, 1]);
  half(16, 2);
  half(18, machine);
  word(20, 1);
  native(24, entry);
  native(wide ? 32 : 28, headerSize);
  half(wide ? 52 : 40, headerSize);
  half(wide ? 54 : 42, phdrSize);
  half(wide ? 56 : 44, segments.length);
  let at = dataAt;
  segments.forEach(({ physical, bytes, memorySize = bytes.length, type = 1 }, i) => {
    const header = headerSize + i * phdrSize;
    word(header, type);
    word(header + (wide ? 4 : 24), 5);
    native(header + (wide ? 8 : 4), at);
    native(header + (wide ? 16 : 8), physical);
    native(header + (wide ? 24 : 12), physical);
    native(header + (wide ? 32 : 16), bytes.length);
    native(header + (wide ? 40 : 20), memorySize);
    file.set(bytes, at);
    at += bytes.length;
  });
  return file;
}
