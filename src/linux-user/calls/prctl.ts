import { EFAULT, EINVAL } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { hex, int } from './types.ts';

/** What a process or thread says of itself to the kernel (prctl(2)). */

/** The second argument: a number, or a place that bytes are read from or written to. */
type Second = 'number' | { readonly reads: number } | { readonly writes: number };

const number = 'number';
const writesInt = { writes: 4 } as const;

/** What the host does as well for the program, by the option's number (Linux, include/uapi/linux/prctl.h). */
const OPTIONS: ReadonlyMap<number, readonly [name: string, second: Second]> = new Map([
  [1, ['PR_SET_PDEATHSIG', number]],
  [2, ['PR_GET_PDEATHSIG', writesInt]],
  [3, ['PR_GET_DUMPABLE', number]],
  [4, ['PR_SET_DUMPABLE', number]],
  [7, ['PR_GET_KEEPCAPS', number]],
  [8, ['PR_SET_KEEPCAPS', number]],
  [13, ['PR_GET_TIMING', number]],
  [14, ['PR_SET_TIMING', number]],
  [15, ['PR_SET_NAME', { reads: 16 }]],
  [16, ['PR_GET_NAME', { writes: 16 }]],
  [23, ['PR_CAPBSET_READ', number]],
  [24, ['PR_CAPBSET_DROP', number]],
  [27, ['PR_GET_SECUREBITS', number]],
  [28, ['PR_SET_SECUREBITS', number]],
  [29, ['PR_SET_TIMERSLACK', number]],
  [30, ['PR_GET_TIMERSLACK', number]],
  [36, ['PR_SET_CHILD_SUBREAPER', number]],
  [37, ['PR_GET_CHILD_SUBREAPER', writesInt]],
  [38, ['PR_SET_NO_NEW_PRIVS', number]],
  [39, ['PR_GET_NO_NEW_PRIVS', number]],
  [41, ['PR_SET_THP_DISABLE', number]],
  [42, ['PR_GET_THP_DISABLE', number]],
  [47, ['PR_CAP_AMBIENT', number]],
  [52, ['PR_GET_SPECULATION_CTRL', number]],
  [0x5961_6d61, ['PR_SET_PTRACER', number]],
]);
const PR_GET_SECCOMP = 21;
const NAME_BYTES = 16;

function second(caller: Caller, kind: Second): number {
  const { host, process } = caller;
  if (kind === number) {
    host.word(1, caller.low(1), caller.high(1));
    return 0;
  }
  const { memory } = process;
  const address = caller.address(1);
  if ('writes' in kind) {
    if (!memory.pages.permits(address, kind.writes, PROT_WRITE)) return -EFAULT;
    host.at(1, memory.hostOffset(address));
    return 0;
  }
  // A name may be shorter, and then end where memory does.
  const reach = memory.pages.reach(address, NAME_BYTES, PROT_READ);
  const end = memory.bytes.subarray(address, address + reach).indexOf(0);
  if (end < 0 && reach < NAME_BYTES) return -EFAULT;
  host.at(1, memory.hostOffset(address));
  return 0;
}

export const prctl = call(
  'prctl',
  { option: int, argument2: hex, argument3: hex, argument4: hex, argument5: hex },
  {
    perform(caller) {
      const { host, process } = caller;
      const option = caller.low(0);
      // Filters of system calls would be about the host's.
      if (option === PR_GET_SECCOMP) return 0;
      const known = OPTIONS.get(option);
      if (known === undefined) {
        if (process.log.has('unimp')) process.log.write(`Unsupported prctl option: ${option}\n`);
        return -EINVAL;
      }
      const [, kind] = known;
      host.int(0, option);
      const failure = second(caller, kind);
      if (failure < 0) return failure;
      for (const index of [2, 3, 4]) host.word(index, caller.low(index), caller.high(index));
      const result = host.call(host.numbers.prctl);
      if (result >= 0 && typeof kind === 'object' && 'writes' in kind)
        process.memory.wrote(caller.address(1), kind.writes);
      return result;
    },
  },
);
