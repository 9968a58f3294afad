import { EFAULT } from '../errno.ts';
import { convert, type Layout } from '../abi/layout.ts';
import { STRUCTURES, type Structures } from '../abi/structures.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { Caller } from './caller.ts';
import { showPointer } from '../strace/show.ts';
import { type ArgumentType, hex } from './types.ts';

/** Bytes, or the argument that tells how many; `each`: bytes of one of those that it counts. */
export type Length = number | { readonly argument: number; readonly each?: number };

const lengthOf = (caller: Caller, length: Length): number =>
  typeof length === 'number' ? length : caller.value(length.argument) * (length.each ?? 1);

function buffer(length: Length, access: number, isOptional: boolean): ArgumentType {
  return {
    pass(caller, index) {
      const address = caller.address(index);
      const bytes = lengthOf(caller, length);
      if ((isOptional && address === 0) || bytes === 0) {
        caller.host.word(index, 0, 0);
        return 0;
      }
      const { memory } = caller.process;
      if (!memory.pages.permits(address, bytes, access)) return -EFAULT;
      caller.host.at(index, memory.hostOffset(address));
      return 0;
    },
    ...((access & PROT_WRITE) !== 0 && {
      settle(caller: Caller, index: number): void {
        const address = caller.address(index);
        if (address !== 0) caller.process.memory.wrote(address, lengthOf(caller, length));
      },
    }),
    show: showPointer,
  };
}

/** Bytes that the kernel reads: laid out alike on guest and host. `length`: bytes, or the argument that tells. */
export const input = (length: Length): ArgumentType => buffer(length, PROT_READ, false);
/** The same, or a null pointer. */
export const optionalInput = (length: Length): ArgumentType => buffer(length, PROT_READ, true);
/** Bytes that the kernel writes. */
export const output = (length: Length): ArgumentType => buffer(length, PROT_WRITE, false);
export const optionalOutput = (length: Length): ArgumentType => buffer(length, PROT_WRITE, true);
export const inout = (length: Length): ArgumentType => buffer(length, PROT_READ | PROT_WRITE, false);
export const optionalInout = (length: Length): ArgumentType => buffer(length, PROT_READ | PROT_WRITE, true);

/** No program's addresses reach further: the largest of what Linux has for riscv64. */
const TASK_SIZE = 2 ** 56;

function part(access: number): ArgumentType {
  return {
    pass(caller, index) {
      const address = caller.address(index);
      const { memory } = caller.process;
      if (address >= memory.bytes.length) caller.host.word(index, 0, 0);
      else caller.host.at(index, memory.hostOffset(address));
      return 0;
    },
    ...(access === PROT_WRITE && {
      settle(caller: Caller, index: number, result: number): void {
        // A message may be longer than its buffer, and the result with it (MSG_TRUNC).
        if (result > 0) caller.process.memory.wrote(caller.address(index), Math.min(result, caller.value(index + 1)));
      },
    }),
    show: hex.show,
  };
}

/** Bytes of which the kernel takes as many as it gets at; the next argument is a `partCount`. */
export const inputPart: ArgumentType = part(PROT_READ);
export const outputPart: ArgumentType = part(PROT_WRITE);

/** How many bytes the argument before it has: for the host as many as are mapped, which are fewer perhaps. */
function partCount(access: number): ArgumentType {
  return {
    pass(caller, index) {
      const count = caller.value(index);
      const address = caller.address(index - 1);
      if (count === 0) {
        caller.host.word(index, 0, 0);
        return 0;
      }
      if (count >= TASK_SIZE) return -EFAULT;
      const reach = address === Infinity ? 0 : caller.process.memory.pages.reach(address, count, access);
      if (reach === 0) return -EFAULT;
      caller.host.word(index, reach, Math.floor(reach / 2 ** 32));
      return 0;
    },
    show: (caller, index) => String(caller.value(index)),
  };
}

export const inputCount: ArgumentType = partCount(PROT_READ);
export const outputCount: ArgumentType = partCount(PROT_WRITE);

/** Structures by their names in `Structures`. */
export type StructureName = { [K in keyof Structures]: Structures[K] extends Layout ? K : never }[keyof Structures];

/** A structure that the kernel fills, in the guest's layout. */
export function structureOutput(name: StructureName): ArgumentType {
  return {
    pass(caller, index) {
      const guest = caller.process.abi.structures[name];
      const host = STRUCTURES[caller.host.processor][name];
      const address = caller.address(index);
      const { memory } = caller.process;
      if (!memory.pages.permits(address, guest.size, PROT_WRITE)) return -EFAULT;
      const place = guest === host ? memory.hostOffset(address) : caller.scratch.allocate(host.size);
      caller.scratch.places[index] = place;
      caller.host.at(index, place);
      return 0;
    },
    settle(caller, index) {
      const guest = caller.process.abi.structures[name];
      const host = STRUCTURES[caller.host.processor][name];
      const address = caller.address(index);
      const { memory } = caller.process;
      if (guest !== host) {
        convert(caller.scratch.view, host, caller.scratch.places[index]!, guest, memory.hostOffset(address));
      }
      memory.wrote(address, guest.size);
    },
    show: showPointer,
  };
}
