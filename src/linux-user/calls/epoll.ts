import { EBADF, EFAULT, EINTR, EINVAL } from '../errno.ts';
import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { convert } from '../abi/layout.ts';
import { STRUCTURES } from '../abi/structures.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { cloexecFlags, newFd } from './new-fd.ts';
import { passMask, prepareMask } from './temporary-mask.ts';
import { fd, int, size } from './types.ts';
import { epollOperation, pointer } from './named-types.ts';

/** epoll: struct epoll_event is packed on x86-64 alone. */

export const epollCreate1 = call('epoll_create1', { flags: cloexecFlags }, { result: newFd(0) });

const EPOLL_CTL_DEL = 2;

export const epollCtl = call(
  'epoll_ctl',
  { epoll: fd, operation: epollOperation, fd, event: pointer },
  {
    perform(caller) {
      const { scratch, host, process } = caller;
      const { descriptors, memory, abi } = process;
      const guest = abi.structures.epollEvent;
      const theirs = STRUCTURES[host.processor].epollEvent;
      const at = caller.address(3);
      const isDelete = caller.low(1) === EPOLL_CTL_DEL;
      if (!isDelete && !memory.pages.permits(at, guest.size, PROT_READ)) return -EFAULT;
      const [epoll, other] = [descriptors.hostOf(caller.low(0)), descriptors.hostOf(caller.low(2))];
      if (epoll < 0 || other < 0) return -EBADF;
      const place = scratch.zeroed(theirs.size);
      if (!isDelete) convert(scratch.view, guest, memory.hostOffset(at), theirs, place);
      host.int(0, epoll);
      host.int(1, caller.low(1));
      host.int(2, other);
      host.at(3, place);
      return host.call(host.numbers.epoll_ctl);
    },
  },
);

/** Events at a time; a program that wants more asks again. */
const MOST_EVENTS = 4096;

/** Waits with what `passTimeout` makes of the argument 3; `ask`: by which of the host's calls. */
function wait(caller: Caller, name: 'epoll_pwait' | 'epoll_pwait2', passTimeout: () => void): number {
  const { scratch, host, process } = caller;
  const { memory, abi, descriptors } = process;
  const guest = abi.structures.epollEvent;
  const theirs = STRUCTURES[host.processor].epollEvent;
  const epoll = descriptors.hostOf(caller.low(0));
  const most = caller.low(2);
  if (most <= 0) return -EINVAL;
  const at = caller.address(1);
  if (at === Infinity) return -EFAULT;
  const room = memory.pages.reach(at, Math.min(most, MOST_EVENTS) * guest.size, PROT_WRITE);
  const count = Math.floor(room / guest.size);
  if (count === 0) return -EFAULT;
  if (epoll < 0) return -EBADF;
  const wrong = prepareMask(caller, caller.address(4), caller.value(5));
  if (wrong < 0) return wrong;
  const place = scratch.allocate(count * theirs.size);
  passTimeout();
  host.int(0, epoll);
  host.at(1, place);
  host.int(2, count);
  passMask5(caller);
  const result = host.blocking(host.numbers[name]);
  for (let event = 0; event < result; event++) {
    convert(scratch.view, theirs, place + event * theirs.size, guest, memory.hostOffset(at + event * guest.size));
  }
  if (result > 0) memory.wrote(at, result * guest.size);
  return result;
}

/** The mask is argument 4, its size argument 5. */
const passMask5 = (caller: Caller): void => passMask(caller, 4, caller.address(4));

export const epollPwait = call(
  'epoll_pwait',
  { epoll: fd, events: pointer, count: int, timeout: int, mask: pointer, maskSize: size },
  {
    isNeverRestarted: true,
    perform(caller) {
      const { signals, host } = caller;
      const timeout = signals.isResumed ? signals.left[0]! : caller.low(3);
      const start = timeout > 0 ? performance.now() : 0;
      const result = wait(caller, 'epoll_pwait', () => host.int(3, timeout));
      if (result === -EINTR || result === INTERRUPTED_BEFORE) {
        signals.left[0] = timeout > 0 ? Math.max(0, Math.ceil(timeout - (performance.now() - start))) : timeout;
      }
      return result;
    },
  },
);

const TIMESPEC = 16;

export const epollPwait2 = call(
  'epoll_pwait2',
  { epoll: fd, events: pointer, count: int, timeout: pointer, mask: pointer, maskSize: size },
  {
    isNeverRestarted: true,
    perform(caller) {
      const { memory } = caller.process;
      const timeout = caller.address(3);
      if (timeout !== 0 && !memory.pages.permits(timeout, TIMESPEC, PROT_READ)) return -EFAULT;
      return wait(caller, 'epoll_pwait2', () => {
        if (timeout === 0) caller.host.word(3, 0, 0);
        else caller.host.at(3, memory.hostOffset(timeout));
      });
    },
  },
);
