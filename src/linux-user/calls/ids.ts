import { PROT_READ } from '../memory/pages.ts';
import { inout, input, optionalOutput, output } from './buffers.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { type ArgumentType, hex, int } from './types.ts';

/** Users, groups and capabilities; of a thread, as the kernel sees it. getuid and the like are in process.ts. */

const three = { real: output(4), effective: output(4), saved: output(4) };
export const getresuid = call('getresuid', three);
export const getresgid = call('getresgid', three);

export const setuid = call('setuid', { id: int });
export const setgid = call('setgid', { id: int });
export const setreuid = call('setreuid', { real: int, effective: int });
export const setregid = call('setregid', { real: int, effective: int });
export const setresuid = call('setresuid', { real: int, effective: int, saved: int });
export const setresgid = call('setresgid', { real: int, effective: int, saved: int });
export const setfsuid = call('setfsuid', { id: int });
export const setfsgid = call('setfsgid', { id: int });

const MOST_GROUPS = 65_536;

/** As many ids of 4 bytes as the argument before it says, if that may be. */
function groups(make: (bytes: { argument: number; each: number }) => ArgumentType): ArgumentType {
  const type = make({ argument: 0, each: 4 });
  return {
    ...type,
    pass(caller, index) {
      if (caller.value(0) <= MOST_GROUPS) return type.pass(caller, index);
      caller.host.word(index, 0, 0);
      return 0;
    },
  };
}
export const getgroups = call('getgroups', { count: int, list: groups(output) });
export const setgroups = call('setgroups', { count: int, list: groups(input) });

/** struct __user_cap_header_struct: version and pid; of the data, one or two records of 12 bytes. */
const CAP_HEADER = 8;
const CAP_RECORD = 12;
const VERSION_1 = 0x19980330;

/** Which records a header's version has. */
function capabilities(access: 'read' | 'write'): ArgumentType {
  const typeOf = (caller: Caller): ArgumentType => {
    const { memory } = caller.process;
    const header = caller.address(0);
    const isFirst = memory.pages.permits(header, 4, PROT_READ) && memory.u32(header) === VERSION_1;
    const bytes = isFirst ? CAP_RECORD : 2 * CAP_RECORD;
    return access === 'read' ? input(bytes) : optionalOutput(bytes);
  };
  return {
    pass: (caller, index) => typeOf(caller).pass(caller, index),
    settle: (caller, index, result) => typeOf(caller).settle?.(caller, index, result),
    show: hex.show,
  };
}
export const capget = call('capget', { header: inout(CAP_HEADER), data: capabilities('write') });
export const capset = call('capset', { header: input(CAP_HEADER), data: capabilities('read') });
