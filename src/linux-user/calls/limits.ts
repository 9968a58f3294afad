import { EFAULT, EINVAL, EPERM } from '../errno.ts';
import { type Limit, OWN_LIMITS, RLIMIT_NOFILE } from '../limits.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { hostFile } from '../proc/status.ts';
import { askInt } from './ask.ts';
import { optionalInput, optionalOutput } from './buffers.ts';
import { call } from './call.ts';
import { hostLimit, INFINITE, RLIMIT } from './host-limit.ts';
import type { Caller } from './caller.ts';
import { passOn } from './pass.ts';
import { int } from './types.ts';
import { pointer, resource } from './named-types.ts';

/** Limits of resources. */

export const prlimit64 = call(
  'prlimit64',
  { pid: int, resource, new: optionalInput(RLIMIT), old: optionalOutput(RLIMIT) },
  {
    perform(caller, self) {
      const [pid, resource] = [caller.low(0), caller.low(1)];
      const isOwn = pid === 0 || pid === askInt(caller, 'getpid');
      return isOwn && OWN_LIMITS.has(resource)
        ? exchange(caller, resource, caller.address(2), caller.address(3))
        : passOn(caller, self);
    },
  },
);

export const getrlimit = call(
  'getrlimit',
  { resource, limit: pointer },
  { perform: (caller) => old(caller, 0, caller.address(1)) },
);
export const setrlimit = call(
  'setrlimit',
  { resource, limit: pointer },
  { perform: (caller) => old(caller, caller.address(1), 0) },
);

/** The calls that came before prlimit64, which never take a null pointer. */
function old(caller: Caller, next: number, before: number): number {
  if (next === 0 && before === 0) return -EFAULT;
  const resource = caller.low(0);
  if (OWN_LIMITS.has(resource)) return exchange(caller, resource, next, before);
  const { host, process } = caller;
  const { memory } = process;
  const address = next === 0 ? before : next;
  if (!memory.pages.permits(address, RLIMIT, next === 0 ? PROT_WRITE : PROT_READ)) return -EFAULT;
  host.int(0, 0);
  host.int(1, resource);
  host.word(2, 0, 0);
  host.word(3, 0, 0);
  host.at(next === 0 ? 3 : 2, memory.hostOffset(address));
  return host.call(host.numbers.prlimit64);
}

function exchange(caller: Caller, resource: number, next: number, before: number): number {
  const { limits, memory, descriptors } = caller.process;
  if (next !== 0 && !memory.pages.permits(next, RLIMIT, PROT_READ)) return -EFAULT;
  if (before !== 0 && !memory.pages.permits(before, RLIMIT, PROT_WRITE)) return -EFAULT;
  const limit = limits.get(resource) ?? initial(caller, resource);
  if (next !== 0) {
    const wanted = { soft: read(caller, next), hard: read(caller, next + 8) };
    if (wanted.soft > wanted.hard) return -EINVAL;
    if (wanted.hard > limit.hard && askInt(caller, 'geteuid') !== 0) return -EPERM;
    limits.set(resource, wanted);
    if (resource === RLIMIT_NOFILE) descriptors.limit = wanted.soft;
  }
  if (before !== 0) {
    write(caller, before, limit.soft);
    write(caller, before + 8, limit.hard);
  }
  return 0;
}

const read = (caller: Caller, address: number): number => {
  const { view } = caller.process.memory;
  const [low, high] = [view.getUint32(address, true), view.getUint32(address + 4, true)];
  return low === 0xffff_ffff && high === low ? INFINITE : high * 2 ** 32 + low;
};

function write(caller: Caller, address: number, value: number): void {
  const { memory } = caller.process;
  memory.setU32(address, value >= INFINITE ? 0xffff_ffff : value % 2 ** 32);
  memory.setU32(address + 4, value >= INFINITE ? 0xffff_ffff : Math.floor(value / 2 ** 32));
}

/** What the process began with. */
function initial(caller: Caller, resource: number): Limit {
  const limit = hostLimit(caller, resource);
  const { process } = caller;
  if (resource === RLIMIT_NOFILE) limit.soft = openFiles(caller, limit);
  process.limits.set(resource, limit);
  if (resource === RLIMIT_NOFILE) process.descriptors.limit = limit.soft;
  return limit;
}

/** The runtime raised our own limit as it began; that of our parent is what it was, but for rare cases. */
function openFiles(caller: Caller, limit: Limit): number {
  const parent = hostFile(caller, `/proc/${askInt(caller, 'getppid')}/limits`);
  const soft = Number(/^Max open files\s+(\d+)/m.exec(parent)?.[1] ?? NaN);
  return soft > 0 ? Math.min(soft, limit.hard) : limit.soft;
}
