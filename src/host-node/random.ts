import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { Random } from '../host/random.ts';

/** The operating system's generator, where it is a file. */
const DEVICE = '/dev/urandom';
/** Bytes that are read at once. */
const PIECE = 4096;

/** Node's cryptography gives the same, but to load it takes longer than all else that a start needs of Node. */
export class NodeRandom implements Random {
  fill(into: Uint8Array): void {
    if (existsSync(DEVICE)) fillFrom(DEVICE, into);
    else process.getBuiltinModule('node:crypto').randomFillSync(into);
  }
}

function fillFrom(device: string, into: Uint8Array): void {
  const file = openSync(device, 'r');
  try {
    // What it is for may be shared memory, which files are not read into.
    const piece = new Uint8Array(Math.min(PIECE, into.length));
    for (let at = 0; at < into.length;) {
      const count = readSync(file, piece, 0, Math.min(piece.length, into.length - at), null);
      into.set(piece.subarray(0, count), at);
      at += count;
    }
  } finally {
    closeSync(file);
  }
}
