import { promisify } from 'node:util';
import { checkSize, type Compression, type CompressionName } from '../host/compression.ts';

interface Codec {
  pack(bytes: Uint8Array): Promise<Uint8Array>;
  unpack(bytes: Uint8Array, limit: number): Promise<Uint8Array>;
}

/** Fast rather than small: memory is written while a machine waits. */
const LEVEL = 1;

/** Room for all of the output at once: every piece of it is a trip to another thread. */
const whole = (limit: number): { maxOutputLength: number; chunkSize: number } => ({
  maxOutputLength: limit,
  chunkSize: Math.max(limit, 64),
});

const none: Codec = { pack: async (bytes) => bytes.slice(), unpack: async (bytes) => bytes };

function makeCodecs(): ReadonlyMap<CompressionName, Codec> {
  const zlib = process.getBuiltinModule('node:zlib');
  const codecs = new Map<CompressionName, Codec>();
  // Node has it since versions 22.15 and 23.8.
  if ('zstdCompress' in zlib) {
    const params = { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL };
    const [pack, unpack] = [promisify(zlib.zstdCompress), promisify(zlib.zstdDecompress)];
    codecs.set('zstd', {
      pack: (bytes) => pack(bytes, { params, chunkSize: Math.max(bytes.length, 64) }),
      unpack: (bytes, limit) => unpack(bytes, whole(limit)),
    });
  }
  const [deflate, inflate] = [promisify(zlib.deflateRaw), promisify(zlib.inflateRaw)];
  codecs.set('deflate', {
    pack: (bytes) => deflate(bytes, { level: LEVEL, chunkSize: Math.max(bytes.length, 64) }),
    unpack: (bytes, limit) => inflate(bytes, whole(limit)),
  });
  return codecs.set('none', none);
}

/** Node's zlib, on its pool of threads. */
export class NodeCompression implements Compression {
  #made: ReadonlyMap<CompressionName, Codec> | undefined;

  /** Most machines are never saved: the library is loaded when it is wanted. */
  get #codecs(): ReadonlyMap<CompressionName, Codec> {
    return (this.#made ??= makeCodecs());
  }

  get available(): readonly CompressionName[] {
    return [...this.#codecs.keys()];
  }

  pack(how: CompressionName, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#codecs.get(how)!.pack(bytes);
  }

  async unpack(how: CompressionName, bytes: Uint8Array, size: number): Promise<Uint8Array> {
    const unpacked = await this.#codecs.get(how)!.unpack(bytes, Math.max(1, size));
    checkSize(unpacked, size);
    return unpacked;
  }
}
