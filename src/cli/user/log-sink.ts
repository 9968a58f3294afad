import { openSync, writeSync } from 'node:fs';
import { UserError } from '../../base/errors.ts';
import { fileName } from '../system/log.ts';

/** Where the log of a program goes; for all threads and processes that come of it. */
export function openLog(template: string | undefined): number {
  if (template === undefined) return process.stderr.fd;
  const name = fileName(template, process.pid);
  try {
    // What processes append lies behind one another.
    openSync(name, 'w');
    return openSync(name, 'a');
  } catch (error) {
    throw new UserError(`-D: cannot open '${name}' for writing: ${(error as Error).message}`);
  }
}

/** Writes lines in one piece, so that those of others come before or after. */
export function writeLog(fd: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      // Whoever reads is slow, or gone.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(PAUSE, 0, 0, 1);
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
