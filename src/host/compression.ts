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
  /** For much that is to be unpacked into a machine's memory. */
  placer(): Placer;
}

/** Unpacks into memory, on a thread of its own where the host has one. */
export interface Placer extends Disposable {
  /**
   * Puts what comes out of `packed` into `memory`: `runs` are an offset and a length in turn. Throws an Error if it
   * is not as long as these together, or if nothing comes out. `packed` and its buffer are given away.
   */
  place(how: CompressionName, packed: Uint8Array, memory: Uint8Array, runs: readonly number[]): Promise<void>;
}

/** One on the calling thread. */
export function localPlacer(compression: Pick<Compression, 'unpack'>): Placer {
  return {
    async place(how, packed, memory, runs) {
      putRuns(await compression.unpack(how, packed, sizeOfRuns(runs)), memory, runs);
    },
    [Symbol.dispose]() {},
  };
}

export function sizeOfRuns(runs: readonly number[]): number {
  let size = 0;
  for (let i = 1; i < runs.length; i += 2) size += runs[i]!;
  return size;
}

export function putRuns(bytes: Uint8Array, memory: Uint8Array, runs: readonly number[]): void {
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    memory.set(bytes.subarray(at, at + runs[i + 1]!), runs[i]!);
    at += runs[i + 1]!;
  }
}

/** Leaves everything as it is. */
export const noCompression: Compression = {
  available: ['none'],
  pack: async (_how, bytes) => bytes.slice(),
  async unpack(_how, bytes, size) {
    checkSize(bytes, size);
    return bytes;
  },
  placer: () => localPlacer(noCompression),
};

export function checkSize(bytes: Uint8Array, size: number): void {
  if (bytes.length !== size) throw new Error(`${bytes.length} bytes and not ${size}`);
}
