import type { Random } from './random.ts';
import { MAX_INPUT } from './target.ts';

/** Numbers at which parsers go wrong; written in 1 to 8 bytes of either order. */
const INTERESTING = [
  0n,
  1n,
  2n,
  3n,
  4n,
  7n,
  8n,
  15n,
  16n,
  0x7fn,
  0x80n,
  0xffn,
  0x100n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x10000n,
  0x7fffffffn,
  0x80000000n,
  0xfffffffcn,
  0xffffffffn,
  0x1_00000000n,
  0x7fffffff_ffffffffn,
  0x80000000_00000000n,
  -1n,
  -2n,
  -4n,
  -16n,
];

type Mutation = (data: Uint8Array, random: Random, corpus: readonly Uint8Array[]) => Uint8Array;

function concat(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A piece of an input, at most as long as a typical structure. */
function piece(data: Uint8Array, random: Random): Uint8Array {
  const start = random.below(data.length + 1);
  return data.subarray(start, start + 1 + random.below(random.below(8) === 0 ? 1024 : 32));
}

function writeNumber(data: Uint8Array, random: Random, value: bigint): void {
  const width = random.pick([1, 2, 4, 8]);
  // Structures are mostly aligned.
  const step = random.below(3) === 0 ? 1 : width;
  const at = random.below(Math.ceil(data.length / step)) * step;
  const little = random.below(2) === 0;
  for (let i = 0; i < width && at + i < data.length; i++) {
    data[at + i] = Number((value >> BigInt(8 * (little ? i : width - 1 - i))) & 0xffn);
  }
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(data, random) {
    const at = random.below(data.length);
    data[at] = data[at]! ^ (1 << random.below(8));
    return data;
  },
  function setByte(data, random) {
    data[random.below(data.length)] = random.next() & 0xff;
    return data;
  },
  function addSmall(data, random) {
    const at = random.below(data.length);
    data[at] = data[at]! + random.below(33) - 16;
    return data;
  },
  function interesting(data, random) {
    writeNumber(data, random, random.pick(INTERESTING));
    return data;
  },
  function ownLength(data, random) {
    writeNumber(data, random, BigInt(data.length + random.below(9) - 4));
    return data;
  },
  function overwrite(data, random, corpus) {
    const chunk = piece(random.pick(corpus), random);
    const at = random.below(data.length);
    data.set(chunk.subarray(0, data.length - at), at);
    return data;
  },
  function insert(data, random, corpus) {
    const at = random.below(data.length + 1);
    return concat(data.subarray(0, at), piece(random.pick(corpus), random), data.subarray(at));
  },
  function remove(data, random) {
    const at = random.below(data.length);
    return concat(data.subarray(0, at), data.subarray(at + 1 + random.below(16)));
  },
  function truncate(data, random) {
    return data.slice(0, random.below(data.length + 1));
  },
  function splice(data, random, corpus) {
    const other = random.pick(corpus);
    return concat(data.subarray(0, random.below(data.length + 1)), other.subarray(random.below(other.length + 1)));
  },
];

/** One to eight changes to an input of the corpus. The input itself is not touched. */
export function mutate(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  let data: Uint8Array = random.pick(corpus).slice();
  for (let i = 1 << random.below(4); i > 0; i--) {
    if (data.length === 0) data = Uint8Array.of(random.next() & 0xff);
    data = random.pick(MUTATIONS)(data, random, corpus);
    if (data.length > MAX_INPUT) data = data.slice(0, MAX_INPUT);
  }
  return data;
}
