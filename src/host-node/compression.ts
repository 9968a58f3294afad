import { checkSize, type Compression, type CompressionName, type Placer } from '../host/compression.ts';
import { makeCodecs, type Codec } from './codecs.ts';
import { ThreadPlacer } from './thread-placer.ts';

/** Node's zlib, on its pool of threads. */
export class NodeCompression implements Compression {
  #made: ReadonlyMap<CompressionName, Codec> | undefined;

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

  placer(): Placer {
    return new ThreadPlacer();
  }
}
