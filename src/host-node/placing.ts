import { checkSize, putRuns, sizeOfRuns, type CompressionName } from '../host/compression.ts';
import type { Codec } from './codecs.ts';

/** What is to be unpacked, and where to. */
export interface PlacerRequest {
  readonly how: CompressionName;
  readonly packed: Uint8Array;
  readonly memory: Uint8Array;
  readonly runs: readonly number[];
}

/** Unpacks on the calling thread; false if that cannot be done. */
export function place(
  codecs: ReadonlyMap<CompressionName, Codec>,
  { how, packed, memory, runs }: PlacerRequest,
): boolean {
  const size = sizeOfRuns(runs);
  try {
    const unpacked = codecs.get(how)!.unpackHere(packed, Math.max(1, size));
    checkSize(unpacked, size);
    putRuns(unpacked, memory, runs);
    return true;
  } catch {
    return false;
  }
}
