import type { Random } from '../host/random.ts';

/** The most that one call to the browser gives. */
const PIECE = 65536;

export class WebRandom implements Random {
  /** The browser does not fill shared memory, so the bytes pass through memory of our own. */
  fill(into: Uint8Array): void {
    const piece = new Uint8Array(Math.min(PIECE, into.length));
    for (let done = 0; done < into.length; done += piece.length) {
      const part = piece.subarray(0, into.length - done);
      into.set(crypto.getRandomValues(part), done);
    }
  }
}
