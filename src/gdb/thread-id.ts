/**
 * Threads as gdb names them: `TID`, or `pPID.TID` once both sides speak of processes. All CPUs are
 * threads of process 1, numbered from 1; 0 is any, -1 all.
 */
export type ThreadId =
  | { readonly kind: 'any' }
  | { readonly kind: 'all' }
  | { readonly kind: 'cpu'; readonly cpu: number }
  /** It names nobody. */
  | { readonly kind: 'none' };

export const PROCESS = 1;

/** Undefined if it is not how a thread is written. */
export function parseThread(text: string, cpus: number): ThreadId | undefined {
  const [, process, thread] = /^(?:p(-?[0-9a-f]{1,8})(?:\.|$))?(-?[0-9a-f]{1,8})?$/i.exec(text) ?? [];
  if (process === undefined && thread === undefined) return undefined;
  // `pPID` alone is all its threads; -1 and 0 instead of a process are the only one there is.
  const owner = process === undefined ? PROCESS : parseInt(process, 16);
  if (owner !== -1 && owner !== 0 && owner !== PROCESS) return { kind: 'none' };
  const number = thread === undefined ? -1 : parseInt(thread, 16);
  if (number === -1) return { kind: 'all' };
  if (number === 0) return { kind: 'any' };
  return number > 0 && number <= cpus ? { kind: 'cpu', cpu: number - 1 } : { kind: 'none' };
}

export function formatThread(cpu: number, isMultiprocess: boolean): string {
  const thread = (cpu + 1).toString(16).padStart(2, '0');
  return isMultiprocess ? `p${PROCESS.toString(16).padStart(2, '0')}.${thread}` : thread;
}
