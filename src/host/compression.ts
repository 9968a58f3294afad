/** Ways to make bytes fewer. `none` leaves them as they are. */
export const COMPRESSIONS = ['zstd', 'deflate', 'none'] as const;
export type CompressionName = (typeof COMPRESSIONS)[number];

export interface Compression {
  /** What this host can do, best first. */
  readonly available: readonly CompressionName[];
  /** `bytes` is borrowed until this resolves. */
  pack(how: CompressionName, bytes: Uint8Array): Promise<Uint8Array>;
  /** Throws an Error if what comes out is not `size` bytes, or nothing does. */
  unpack(how: CompressionName, bytes: Uint8Array, size: number): Promise<Uint8Array>;
}

/** Leaves everything as it is. */
export const noCompression: Compression = {
  available: ['none'],
  pack: async (_how, bytes) => bytes.slice(),
  async unpack(_how, bytes, size) {
    checkSize(bytes, size);
    return bytes;
  },
};

export function checkSize(bytes: Uint8Array, size: number): void {
  if (bytes.length !== size) throw new Error(`${bytes.length} bytes and not ${size}`);
}
