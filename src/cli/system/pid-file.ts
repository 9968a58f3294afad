import { rmSync, writeFileSync } from 'node:fs';
import { hostFailure } from '../../host-node/failure.ts';

/** Writes the number of this process into a file, which goes away with it. */
export function claimPidFile(path: string | undefined): Disposable {
  if (path === undefined) return { [Symbol.dispose]() {} };
  try {
    writeFileSync(path, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    throw hostFailure(`create PID file '${path}'`, error);
  }
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}
