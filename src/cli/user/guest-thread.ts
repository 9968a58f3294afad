/** The module that a worker of user mode runs: one thread of the guest after the other, until the process ends. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { NodeClock } from '../../host-node/clock.ts';
import { NodeNativeFork } from '../../host-node/native/fork.ts';
import { NodeNativeSignals } from '../../host-node/native/signals.ts';
import { imageStore } from '../../host-node/image-store.ts';
import { NO_IMAGES } from '../../host/image-store.ts';
import { furtherNativeThread } from '../../host-node/native/thread.ts';
import { keepCode } from '../../host-node/kept-code.ts';
import { parseFeatures } from '../../isa/riscv/features.ts';
import { riscv64 } from '../../linux-user/abi/riscv64.ts';
import { NativeBacking } from '../../linux-user/native-backing.ts';
import { GuestProcess } from '../../linux-user/process.ts';
import { GuestThread } from '../../linux-user/thread.ts';
import { debugSite } from './debugger.ts';
import { writeLog } from './log-sink.ts';
import { spawnGuestThread, type GuestThreadData } from './spawn.ts';

/** EX_SOFTWARE of sysexits.h. */
const BUG_STATUS = 70;

const data = workerData as GuestThreadData;
const { share, options, log, runtime, index } = data;
const native = furtherNativeThread(share, index);

try {
  const signals = new NodeNativeSignals(native);
  const guest: GuestProcess = new GuestProcess(
    { abi: riscv64(parseFeatures(options.cpu)), ...options },
    {
      makeBacking: (_, base) => new NativeBacking(native, base),
      clock: new NodeClock(),
      hasRun: () => keepCode(true),
      // What lies where in memory must not depend on what became of the directory.
      images: options.keptBy === undefined ? undefined : (imageStore(options.keptBy) ?? NO_IMAGES),
      spawn: (other) => spawnGuestThread({ ...data, index: other }, signals),
    },
    share.memory,
  );
  if (log !== undefined) guest.log.sink = (text) => writeLog(log, text);
  if (options.isDebugged === true) guest.debugSite = debugSite(options.prefix ?? '');
  const thread = new GuestThread(guest, index, native, signals, new NodeNativeFork(native, signals), runtime);
  keepCode();
  thread.serve();
} catch (error) {
  // Nobody would hear of it: the first thread of the program never returns to its event loop.
  writeSync(2, `${error instanceof Error ? error.stack : String(error)}\n`);
  native.int(0, BUG_STATUS);
  native.call(native.numbers.exit_group);
}
