import { checkSize, localPlacer, type Compression, type CompressionName, type Placer } from '../host/compression.ts';

/** What browsers bring along. */
export class WebCompression implements Compression {
  readonly available: readonly CompressionName[] = ['deflate', 'none'];

  async pack(how: CompressionName, bytes: Uint8Array): Promise<Uint8Array> {
    if (how === 'none') return bytes.slice();
    return through(new CompressionStream('deflate-raw'), bytes, Infinity);
  }

  async unpack(how: CompressionName, bytes: Uint8Array, size: number): Promise<Uint8Array> {
    const unpacked = how === 'none' ? bytes : await through(new DecompressionStream('deflate-raw'), bytes, size);
    checkSize(unpacked, size);
    return unpacked;
  }

  placer(): Placer {
    return localPlacer(this);
  }
}

async function through(
  stream: { readable: ReadableStream<Uint8Array>; writable: WritableStream<BufferSource> },
  bytes: Uint8Array,
  limit: number,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  const written = writer.write(Uint8Array.from(bytes)).then(() => writer.close());
  // What is wrong with the bytes is told to who reads, too.
  written.catch(() => {});
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream.readable) {
    pieces.push(piece);
    length += piece.length;
    if (length > limit) throw new Error(`more than ${limit} bytes`);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
