import type { DebugTarget } from './target.ts';

/**
 * Threads as gdb names them: `TID`, or `pPID.TID` once both sides speak of processes. A machine's CPUs are
 * threads of process 1, numbered from 1; those of a program have their own numbers. 0 is any, -1 all.
 */
export type ThreadId =
  | { readonly kind: 'any' }
  | { readonly kind: 'all' }
  | { readonly kind: 'cpu'; readonly cpu: number }
  /** It names nobody. */
  | { readonly kind: 'none' };

type Owner = Pick<DebugTarget, 'cpus' | 'process'>;

/** The number of the process that is debugged. */
export const processOf = ({ process }: Pick<DebugTarget, 'process'>): number => process?.pid ?? 1;

/** Undefined if it is not how a thread is written. */
export function parseThread(text: string, target: Owner): ThreadId | undefined {
  const [, process, thread] = /^(?:p(-?[0-9a-f]{1,8})(?:\.|$))?(-?[0-9a-f]{1,8})?$/i.exec(text) ?? [];
  if (process === undefined && thread === undefined) return undefined;
  // `pPID` alone is all its threads; -1 and 0 instead of a process are the only one there is.
  const owner = process === undefined ? processOf(target) : parseInt(process, 16);
  if (owner !== -1 && owner !== 0 && owner !== processOf(target)) return { kind: 'none' };
  const number = thread === undefined ? -1 : parseInt(thread, 16);
  if (number === -1) return { kind: 'all' };
  if (number === 0) return { kind: 'any' };
  const cpu = target.process === undefined ? number - 1 : target.process.cpuOf(number);
  return cpu >= 0 && cpu < target.cpus ? { kind: 'cpu', cpu } : { kind: 'none' };
}

export function formatThread(cpu: number, isMultiprocess: boolean, target: Pick<DebugTarget, 'process'>): string {
  const thread = (target.process?.threadOf(cpu) ?? cpu + 1).toString(16).padStart(2, '0');
  return isMultiprocess ? `p${processOf(target).toString(16).padStart(2, '0')}.${thread}` : thread;
}
