import { EFAULT, EINVAL } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { Caller } from './caller.ts';
import { type ArgumentType, hex, int } from './types.ts';

/** struct iovec: an address and a length; both 64 bits. */
export const IOVEC = 16;
/** Most of them: UIO_MAXIOV. */
export const MOST_VECTORS = 1024;

/** A vector for the host: where it is, and how many buffers it has. */
export interface Vector {
  place: number;
  count: number;
}

/**
 * Makes the host's form of `count` buffers of the guest's at `address`, as far as they may be accessed; 0, or a
 * negative errno. After a buffer that is mapped in part none follow.
 */
export function passVector(caller: Caller, address: number, count: number, access: number, vector: Vector): number {
  vector.count = 0;
  if (!(count <= MOST_VECTORS)) return -EINVAL;
  const { memory } = caller.process;
  const { pages, view, base } = memory;
  if (!pages.permits(address, count * IOVEC, PROT_READ)) return -EFAULT;
  const { scratch, host } = caller;
  vector.place = scratch.allocate(count * IOVEC);
  for (let i = 0; i < count; i++) {
    const at = address + i * IOVEC;
    const high = view.getUint32(at + 4, true);
    const length = memory.u64(at + 8);
    // A length is a ssize_t.
    if (length >= 2 ** 63) return -EINVAL;
    const start = high === 0 ? view.getUint32(at, true) : Infinity;
    const reach = length === 0 ? 0 : start === Infinity ? 0 : pages.reach(start, length, access);
    if (length > 0 && reach === 0) return vectorEnd(vector);
    const place = vector.place + i * IOVEC;
    scratch.setAddress(place, host, length === 0 ? base : base + start);
    scratch.setU64(place + 8, reach);
    vector.count = i + 1;
    if (reach < length) break;
  }
  return 0;
}

/** What is not mapped is an error only when nothing comes before it. */
const vectorEnd = (vector: Vector): number => (vector.count === 0 ? -EFAULT : 0);

/** Tells that bytes were written into the buffers of a vector that was passed, the first `bytes` of them. */
export function wroteVector(caller: Caller, { place, count }: Vector, bytes: number): void {
  const { scratch, host, process } = caller;
  const { memory } = process;
  let left = bytes;
  for (let at = place; left > 0 && at < place + count * IOVEC; at += IOVEC) {
    const length = Math.min(left, scratch.u64(at + 8));
    // What the program has in its memory may have changed meanwhile.
    memory.wrote((scratch.view.getUint32(at, true) - host.memoryLow - memory.base) >>> 0, length);
    left -= length;
  }
}

const passed: Vector = { place: 0, count: 0 };

function vectorType(counter: number, access: number): ArgumentType {
  return {
    pass(caller, index) {
      const failure = passVector(caller, caller.address(index), caller.low(counter) >>> 0, access, passed);
      if (failure < 0) return failure;
      caller.host.at(index, passed.place);
      caller.scratch.places[counter] = passed.count;
      return 0;
    },
    ...(access === PROT_WRITE && {
      settle(caller: Caller, _index: number, result: number): void {
        wroteVector(caller, passed, result);
      },
    }),
    show: hex.show,
  };
}

/** Buffers that the kernel reads, as far as they are mapped; `counter`: the argument that tells how many, a vectorCount. */
export const inputVector = (counter: number): ArgumentType => vectorType(counter, PROT_READ);
/** Buffers that the kernel fills. */
export const outputVector = (counter: number): ArgumentType => vectorType(counter, PROT_WRITE);
/** How many buffers there are. */
export const vectorCount: ArgumentType = {
  pass(caller, index) {
    caller.host.int(index, caller.scratch.places[index]!);
    return 0;
  },
  show: int.show,
};
