import { EFAULT, EINVAL } from '../errno.ts';
import type { Caller } from '../calls/caller.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { isDefault, isIgnore, KNOWN_FLAGS, SA_NOCLDSTOP, SA_NOCLDWAIT, type SignalAction } from './actions.ts';
import { isIgnoredByDefault, LAST_SIGNAL, ownIndex, SIGBUS, SIGKILL, SIGSEGV, SIGSTOP } from './numbers.ts';
import { readSet, UNMASKABLE, writeSet } from './signal-set.ts';

/** rt_sigaction: the new action, if there is one, and the old one, if that is asked for; 0 or a negative errno. */
export function changeAction(caller: Caller, signal: number, fresh: number, old: number): number {
  const { process, signals } = caller;
  const { pages } = process.memory;
  const { bytes } = process.abi.signals.action;
  if (fresh !== 0 && !pages.permits(fresh, bytes, PROT_READ)) return -EFAULT;
  if (!(signal >= 1 && signal <= LAST_SIGNAL)) return -EINVAL;
  if (fresh !== 0 && (signal === SIGKILL || signal === SIGSTOP)) return -EINVAL;
  const { lock, actions } = signals.process;
  const action = fresh === 0 ? undefined : readAction(caller, fresh);
  // Before a handler can see a fault.
  const wantsFaults = action !== undefined && !isDefault(action) && (signal === SIGSEGV || signal === SIGBUS);
  if (wantsFaults) process.lock.with(() => process.checkAccesses());
  const before = lock.with(() => {
    const current = actions.of(signal);
    if (action !== undefined) {
      actions.set(signal, action);
      applyToHost(caller, signal, action);
    }
    return current;
  });
  if (old === 0) return 0;
  if (!pages.permits(old, bytes, PROT_WRITE)) return -EFAULT;
  writeAction(caller, old, before);
  return 0;
}

/** What the host is to do about the signal. */
function applyToHost({ signals }: Caller, signal: number, action: SignalAction): void {
  const isDropped = isIgnore(action) || (isDefault(action) && isIgnoredByDefault(signal));
  if (ownIndex(signal) >= 0) {
    if (!isDropped) return;
    signals.process.pending.drop(signal);
    for (const thread of signals.process.threads) thread.pending.drop(signal);
    return;
  }
  const flags = action.flags & (SA_NOCLDSTOP | SA_NOCLDWAIT);
  if (isDefault(action)) signals.native.default(signal, flags);
  else if (isIgnore(action)) signals.native.ignore(signal);
  else signals.native.catch(signal, flags);
}

function readAction({ process: { abi, memory } }: Caller, at: number): SignalAction {
  const { handler, flags, mask, restorer } = abi.signals.action;
  const { view } = memory;
  const set = readSet(view, at + mask);
  return {
    low: view.getInt32(at + handler, true),
    high: view.getInt32(at + handler + 4, true),
    flags: view.getInt32(at + flags, true) & KNOWN_FLAGS,
    mask: { low: set.low & ~UNMASKABLE, high: set.high },
    restorer: restorer === undefined ? 0 : view.getUint32(at + restorer, true),
  };
}

function writeAction({ process: { abi, memory } }: Caller, at: number, action: SignalAction): void {
  const { bytes, handler, flags, mask, restorer } = abi.signals.action;
  const { view } = memory;
  view.setInt32(at + handler, action.low, true);
  view.setInt32(at + handler + 4, action.high, true);
  view.setUint32(at + flags, action.flags >>> 0, true);
  view.setUint32(at + flags + 4, 0, true);
  writeSet(view, at + mask, action.mask);
  if (restorer !== undefined) memory.setU64(at + restorer, action.restorer);
  memory.wrote(at, bytes);
}
