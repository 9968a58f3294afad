/** Where a script that is run by kept-script.ts finds what keeps its code. */
export const KEEP_CODE = Symbol.for('tinamou.keepCode');
/** `hasRun`: it has been run, too, so that what it needs is compiled. */
export type KeepCode = (hasRun: boolean) => void;

/**
 * Lets what V8 made of this thread's modules be kept for the next start: by itself Node does so at a process's end,
 * which one that is killed, or that its guest ends, does not get to. Costs nothing when all of it is kept.
 * `hasRun`: a program has been run; what was kept before that is replaced.
 */
export function keepCode(hasRun = false): void {
  const keep = (globalThis as { [KEEP_CODE]?: KeepCode })[KEEP_CODE];
  keep?.(hasRun);
  // Of a script's process, too: in a checkout modules find the script.
  if (!hasRun) process.getBuiltinModule('node:module').flushCompileCache();
}
