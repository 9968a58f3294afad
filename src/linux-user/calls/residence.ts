import { EFAULT, EINVAL, ENOMEM } from '../errno.ts';
import { MAPPED, PAGE, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { hex, int, size } from './types.ts';

/** Which pages are in memory, and which are to stay there. */

/** Pages of a range, all of which are mapped: 0, or a negative errno. */
function checkRange(caller: Caller, address: number, length: number): number {
  const { flags, count } = caller.process.space.pages;
  const first = Math.floor(address / PAGE);
  const end = Math.ceil((address + length) / PAGE);
  if (!(end <= count)) return -ENOMEM;
  for (let page = first; page < end; page++) if ((flags[page]! & MAPPED) === 0) return -ENOMEM;
  return 0;
}

/** Has the host do it with the same range of the window. */
function pass(caller: Caller, name: 'mlock' | 'mlock2' | 'munlock' | 'mincore'): number {
  const { host, process } = caller;
  const [address, length] = [caller.address(0), caller.value(1)];
  if (length === 0) return 0;
  const failure = checkRange(caller, address, length);
  if (failure < 0) return failure;
  host.at(0, process.memory.hostOffset(address));
  host.word(1, length, Math.floor(length / 2 ** 32));
  return host.call(host.numbers[name]);
}

const range = { address: hex, length: size };

export const mlock = call('mlock', range, { perform: (caller) => pass(caller, 'mlock') });
export const mlock2 = call(
  'mlock2',
  { ...range, flags: hex },
  {
    perform(caller) {
      caller.host.int(2, caller.low(2));
      return pass(caller, 'mlock2');
    },
  },
);
export const munlock = call('munlock', range, { perform: (caller) => pass(caller, 'munlock') });

const MCL_ALL = 7;
/** All of the emulator's memory is not meant: this is taken as advice. */
export const mlockall = call(
  'mlockall',
  { flags: int },
  {
    perform(caller) {
      const flags = caller.low(0);
      return flags === 0 || (flags & ~MCL_ALL) !== 0 ? -EINVAL : 0;
    },
  },
);
export const munlockall = call('munlockall', {}, { perform: () => 0 });

export const mincore = call(
  'mincore',
  { ...range, vector: hex },
  {
    perform(caller) {
      const { host, process } = caller;
      const { memory } = process;
      const [address, length, vector] = [caller.address(0), caller.value(1), caller.address(2)];
      if (address % PAGE !== 0) return -EINVAL;
      const missing = length === 0 ? 0 : checkRange(caller, address, length);
      if (missing < 0) return missing;
      const bytes = Math.ceil(length / PAGE);
      if (!memory.pages.permits(vector, bytes, PROT_WRITE)) return -EFAULT;
      host.at(2, memory.hostOffset(vector));
      const result = pass(caller, 'mincore');
      if (result === 0) memory.wrote(vector, bytes);
      return result;
    },
  },
);
