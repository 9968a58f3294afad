import type { Timers } from '../../host/timers.ts';
import type { MachineCore } from '../../vm/core.ts';

const EVERY_MS = 500;
/** Bytes of WebAssembly that were made, from which on there is something to give back. */
const WORTH = 1 << 16;

/**
 * While a machine translates, has `trim` called now and then: the compiler's memory comes in pieces that lie between
 * what is kept of its work. Nothing happens in a machine that only runs.
 */
export function keepTidy({ vcpus }: Pick<MachineCore, 'vcpus'>, timers: Timers, trim: () => void): Disposable {
  let seen = 0;
  let cancel = timers.after(EVERY_MS, look);

  function look(): void {
    const made = vcpus.reduce((sum, { jitCounters }) => sum + jitCounters.read('bytes'), 0);
    if (made - seen >= WORTH) {
      seen = made;
      trim();
    }
    cancel = timers.after(EVERY_MS, look);
  }

  return { [Symbol.dispose]: () => cancel() };
}
