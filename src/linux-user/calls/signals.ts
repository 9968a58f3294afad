import { EFAULT, EINTR, EINVAL } from '../errno.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { changeAction } from '../signals/dispositions.ts';
import { STACK_T } from '../signals/alternate-stack.ts';
import { queue, send } from '../signals/sending.ts';
import { SIGINFO_BYTES } from '../signals/siginfo.ts';
import { readSet, SET_BYTES, writeSet, type SignalSet } from '../signals/signal-set.ts';
import type { Caller } from './caller.ts';
import { call } from './call.ts';
import { int, signal, signalSet, size } from './types.ts';
import { maskHow, pointer } from './named-types.ts';

/** Signals: what is done about them, who sends them, who waits for them. */

const hasSetSize = (caller: Caller, index: number): boolean => caller.value(index) === SET_BYTES;

export const rtSigaction = call(
  'rt_sigaction',
  { signal, action: pointer, oldAction: pointer, setSize: size },
  {
    perform: (caller) =>
      hasSetSize(caller, 3) ? changeAction(caller, caller.low(0), caller.address(1), caller.address(2)) : -EINVAL,
  },
);

const SIG_BLOCK = 0;
const SIG_UNBLOCK = 1;
const SIG_SETMASK = 2;

function combine(how: number, mask: SignalSet, set: SignalSet): SignalSet | undefined {
  switch (how) {
    case SIG_BLOCK:
      return { low: mask.low | set.low, high: mask.high | set.high };
    case SIG_UNBLOCK:
      return { low: mask.low & ~set.low, high: mask.high & ~set.high };
    case SIG_SETMASK:
      return set;
    default:
      return undefined;
  }
}

export const rtSigprocmask = call(
  'rt_sigprocmask',
  { how: maskHow, set: signalSet, oldSet: pointer, setSize: size },
  {
    perform(caller) {
      if (!hasSetSize(caller, 3)) return -EINVAL;
      const { memory } = caller.process;
      const [set, old] = [caller.address(1), caller.address(2)];
      const before = caller.signals.mask;
      if (set !== 0) {
        if (!memory.pages.permits(set, SET_BYTES, PROT_READ)) return -EFAULT;
        const mask = combine(caller.low(0), before, readSet(memory.view, set));
        if (mask === undefined) return -EINVAL;
        const result = caller.signals.changeMask(mask);
        if (result < 0) return result;
      }
      if (old === 0) return 0;
      if (!memory.pages.permits(old, SET_BYTES, PROT_WRITE)) return -EFAULT;
      writeSet(memory.view, old, before);
      memory.wrote(old, SET_BYTES);
      return 0;
    },
  },
);

export const rtSigpending = call(
  'rt_sigpending',
  { set: pointer, setSize: size },
  {
    perform(caller) {
      const { host, process, signals } = caller;
      const { memory } = process;
      const length = caller.value(1);
      if (length > SET_BYTES) return -EINVAL;
      const at = caller.address(0);
      if (!memory.pages.permits(at, length, PROT_WRITE)) return -EFAULT;
      host.scratchAt(0, 0);
      host.int(1, SET_BYTES);
      host.call(host.numbers.rt_sigpending);
      const { low, high } = signals.pendingWith(readSet(host.scratch, 0));
      const set = new DataView(new ArrayBuffer(SET_BYTES));
      writeSet(set, 0, { low, high });
      memory.write(at, new Uint8Array(set.buffer, 0, length));
      return 0;
    },
  },
);

export const rtSigsuspend = call(
  'rt_sigsuspend',
  { mask: signalSet, setSize: size },
  {
    isNeverRestarted: true,
    perform(caller) {
      const { host, process, signals } = caller;
      if (!hasSetSize(caller, 1)) return -EINVAL;
      const at = caller.address(0);
      if (!process.memory.pages.permits(at, SET_BYTES, PROT_READ)) return -EFAULT;
      const mask = readSet(process.memory.view, at);
      if (!signals.useMask(mask)) return -EINTR;
      signals.hostSet(mask, 0);
      host.scratchAt(0, 0);
      host.int(1, SET_BYTES);
      return host.blocking(host.numbers.rt_sigsuspend);
    },
  },
);

const TIMESPEC = 16;
const INFO_AT = 32;

export const rtSigtimedwait = call(
  'rt_sigtimedwait',
  { set: signalSet, info: pointer, timeout: pointer, setSize: size },
  {
    isNeverRestarted: true,
    perform(caller) {
      const { host, process, signals } = caller;
      const { memory } = process;
      if (!hasSetSize(caller, 3)) return -EINVAL;
      const [at, infoAt, timeout] = [caller.address(0), caller.address(1), caller.address(2)];
      if (!memory.pages.permits(at, SET_BYTES, PROT_READ)) return -EFAULT;
      if (timeout !== 0 && !memory.pages.permits(timeout, TIMESPEC, PROT_READ)) return -EFAULT;
      const set = readSet(memory.view, at);
      const info = new Uint8Array(SIGINFO_BYTES);
      let taken = signals.takeOwn(set, info);
      if (taken === 0) {
        signals.hostSet(set, 0);
        host.scratchAt(0, 0);
        host.scratchAt(1, INFO_AT);
        if (timeout === 0) host.int(2, 0);
        else host.at(2, memory.hostOffset(timeout));
        host.int(3, SET_BYTES);
        const result = host.blocking(host.numbers.rt_sigtimedwait);
        if (result < 0) return result;
        taken = result;
        for (let i = 0; i < SIGINFO_BYTES; i++) info[i] = host.scratch.getUint8(INFO_AT + i);
      }
      if (infoAt === 0) return taken;
      if (!memory.pages.permits(infoAt, SIGINFO_BYTES, PROT_WRITE)) return -EFAULT;
      memory.write(infoAt, info);
      return taken;
    },
  },
);

export const rtSigreturn = call('rt_sigreturn', {}, { perform: (caller) => caller.signals.leaveHandler() });

export const sigaltstack = call(
  'sigaltstack',
  { stack: pointer, oldStack: pointer },
  {
    perform(caller) {
      const { process, signals, stackPointer } = caller;
      const { memory } = process;
      const { stack } = signals.state;
      const [fresh, old] = [caller.address(0), caller.address(1)];
      if (fresh !== 0 && !memory.pages.permits(fresh, STACK_T.bytes, PROT_READ)) return -EFAULT;
      const before = new DataView(new ArrayBuffer(STACK_T.bytes));
      stack.describe(before, 0, stackPointer);
      if (fresh !== 0) {
        const failure = stack.set(memory.view, fresh, stackPointer);
        if (failure < 0) return failure;
      }
      if (old === 0) return 0;
      if (!memory.pages.permits(old, STACK_T.bytes, PROT_WRITE)) return -EFAULT;
      memory.write(old, new Uint8Array(before.buffer));
      return 0;
    },
  },
);

export const kill = call(
  'kill',
  { pid: int, signal },
  { perform: (caller) => send(caller, 'kill', { pid: caller.low(0) }, caller.low(1)) },
);
export const tkill = call(
  'tkill',
  { tid: int, signal },
  { perform: (caller) => send(caller, 'tkill', { tid: caller.low(0) }, caller.low(1)) },
);
export const tgkill = call(
  'tgkill',
  { pid: int, tid: int, signal },
  { perform: (caller) => send(caller, 'tgkill', { pid: caller.low(0), tid: caller.low(1) }, caller.low(2)) },
);
export const rtSigqueueinfo = call(
  'rt_sigqueueinfo',
  { pid: int, signal, info: pointer },
  {
    perform: (caller) => queue(caller, 'rt_sigqueueinfo', { pid: caller.low(0) }, caller.low(1), caller.address(2)),
  },
);
export const rtTgsigqueueinfo = call(
  'rt_tgsigqueueinfo',
  { pid: int, tid: int, signal, info: pointer },
  {
    perform: (caller) =>
      queue(caller, 'rt_tgsigqueueinfo', { pid: caller.low(0), tid: caller.low(1) }, caller.low(2), caller.address(3)),
  },
);
