import type { Random } from './random.ts';

/**
 * The same bytes for the same seed, everywhere: xoshiro128** (Blackman and Vigna, 2018), its state
 * filled from the seed by splitmix64. For repeatable runs, not for secrets.
 */
export class SeededRandom implements Random {
  /** 32-bit words of its state: the generator's four, a word that is given out, and how many bytes of it are left. */
  static readonly words = 6;
  readonly #state: Uint32Array;

  /**
   * `stream` tells apart the users of one seed, so that one's appetite does not shift another's bytes. `state`
   * is where its state is kept: in shared memory, if several threads or a saved machine go on with it.
   */
  constructor(seed: bigint, stream = 0, state = new Uint32Array(SeededRandom.words)) {
    this.#state = state;
    // A state of zeroes is one that the generator never gets into.
    if (state.some((word) => word !== 0)) return;
    let x = BigInt.asUintN(64, seed ^ (BigInt(stream) * 0xd1342543de82ef95n));
    for (let i = 0; i < 4; i += 2) {
      x = BigInt.asUintN(64, x + 0x9e3779b97f4a7c15n);
      let z = x;
      z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
      z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
      z ^= z >> 31n;
      state[i] = Number(z & 0xffffffffn);
      state[i + 1] = Number(z >> 32n);
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
    const s = this.#state;
    for (let i = 0; i < into.length; i++) {
      if (s[LEFT] === 0) {
        s[WORD] = this.next();
        s[LEFT] = 4;
      }
      into[i] = s[WORD]! >>> (8 * (4 - (s[LEFT]!-- & 7)));
    }
  }
}

const WORD = 4;
const LEFT = 5;

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
