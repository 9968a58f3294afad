import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
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

const deflate: Codec = {
  pack: (bytes) => promisify(zlib.deflateRaw)(bytes, { level: LEVEL, chunkSize: Math.max(bytes.length, 64) }),
  unpack: (bytes, limit) => promisify(zlib.inflateRaw)(bytes, whole(limit)),
};

/** Node has it since versions 22.15 and 23.8. */
const zstd: Codec | undefined =
  'zstdCompress' in zlib
    ? {
        pack: (bytes) =>
          promisify(zlib.zstdCompress)(bytes, {
            params: { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL },
            chunkSize: Math.max(bytes.length, 64),
          }),
        unpack: (bytes, limit) => promisify(zlib.zstdDecompress)(bytes, whole(limit)),
      }
    : undefined;

const none: Codec = { pack: async (bytes) => bytes.slice(), unpack: async (bytes) => bytes };

/** Node's zlib, on its pool of threads. */
export class NodeCompression implements Compression {
  readonly available: readonly CompressionName[];
  readonly #codecs: ReadonlyMap<CompressionName, Codec>;

  constructor() {
    this.#codecs = new Map<CompressionName, Codec>([
      ...(zstd === undefined ? [] : [['zstd', zstd] as const]),
      ['deflate', deflate],
      ['none', none],
    ]);
    this.available = [...this.#codecs.keys()];
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
