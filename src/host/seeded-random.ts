import type { Random } from './random.ts';

/**
 * The same bytes for the same seed, everywhere: xoshiro128** (Blackman and Vigna, 2018), its state
 * filled from the seed by splitmix64. For repeatable runs, not for secrets.
 */
export class SeededRandom implements Random {
  readonly #state = new Uint32Array(4);
  readonly #word = new Uint8Array(4);
  #left = 0;

  /** `stream` tells apart the users of one seed, so that one's appetite does not shift another's bytes. */
  constructor(seed: bigint, stream = 0) {
    let x = BigInt.asUintN(64, seed ^ (BigInt(stream) * 0xd1342543de82ef95n));
    for (let i = 0; i < 4; i += 2) {
      x = BigInt.asUintN(64, x + 0x9e3779b97f4a7c15n);
      let z = x;
      z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
      z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
      z ^= z >> 31n;
      this.#state[i] = Number(z & 0xffffffffn);
      this.#state[i + 1] = Number(z >> 32n);
    }
  }

  /** The next 32 bits, unsigned. */
  next(): number {
    const s = this.#state;
    const result = Math.imul(rotate(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotate(s[3]!, 11);
    return result;
  }

  fill(into: Uint8Array): void {
    for (let i = 0; i < into.length; i++) {
      if (this.#left === 0) {
        const word = this.next();
        for (let byte = 0; byte < 4; byte++) this.#word[byte] = word >>> (8 * byte);
        this.#left = 4;
      }
      into[i] = this.#word[4 - this.#left--]!;
    }
  }
}

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
