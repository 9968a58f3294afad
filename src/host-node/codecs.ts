import { promisify } from 'node:util';
import type { CompressionName } from '../host/compression.ts';

/** A way to make bytes fewer. What is unpacked throws if it is longer than `limit`. */
export interface Codec {
  pack(bytes: Uint8Array): Promise<Uint8Array>;
  unpack(bytes: Uint8Array, limit: number): Promise<Uint8Array>;
  /** The same on the calling thread. */
  unpackHere(bytes: Uint8Array, limit: number): Uint8Array;
}

/** Fast rather than small: memory is written while a machine waits. */
const LEVEL = 1;

/** Room for all of the output at once: every piece of it is a trip to another thread. */
const whole = (limit: number): { maxOutputLength: number; chunkSize: number } => ({
  maxOutputLength: limit,
  chunkSize: Math.max(limit, 64),
});

/** All that this Node has, best first. */
export function makeCodecs(): ReadonlyMap<CompressionName, Codec> {
  // Most machines are never saved: the library is loaded when it is wanted.
  const zlib = process.getBuiltinModule('node:zlib');
  const codecs = new Map<CompressionName, Codec>();
  // Node has it since versions 22.15 and 23.8.
  if ('zstdCompress' in zlib) {
    const params = { [zlib.constants.ZSTD_c_compressionLevel]: LEVEL };
    const [pack, unpack] = [promisify(zlib.zstdCompress), promisify(zlib.zstdDecompress)];
    codecs.set('zstd', {
      pack: (bytes) => pack(bytes, { params, chunkSize: Math.max(bytes.length, 64) }),
      unpack: (bytes, limit) => unpack(bytes, whole(limit)),
      unpackHere: (bytes, limit) => zlib.zstdDecompressSync(bytes, whole(limit)),
    });
  }
  const [deflate, inflate] = [promisify(zlib.deflateRaw), promisify(zlib.inflateRaw)];
  codecs.set('deflate', {
    pack: (bytes) => deflate(bytes, { level: LEVEL, chunkSize: Math.max(bytes.length, 64) }),
    unpack: (bytes, limit) => inflate(bytes, whole(limit)),
    unpackHere: (bytes, limit) => zlib.inflateRawSync(bytes, whole(limit)),
  });
  return codecs.set('none', {
    pack: async (bytes) => bytes.slice(),
    unpack: async (bytes) => bytes,
    unpackHere: (bytes) => bytes,
  });
}
