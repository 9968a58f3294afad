import { readlinkSync } from 'node:fs';

/** The operating system's number of the calling thread; only Linux tells. */
export function threadNumber(): number | undefined {
  try {
    return Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1] ?? NaN) || undefined;
  } catch {
    return undefined;
  }
}
