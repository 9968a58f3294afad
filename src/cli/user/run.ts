import { availableParallelism } from 'node:os';
import { NodeClock } from '../../host-node/clock.ts';
import { NodeNativeFork } from '../../host-node/native/fork.ts';
import { NodeNativeSignals } from '../../host-node/native/signals.ts';
import { firstNativeThread, type NodeNativeThread } from '../../host-node/native/thread.ts';
import { makerOf, imageStore } from '../../host-node/image-store.ts';
import { NodeRandom } from '../../host-node/random.ts';
import { keepCode } from '../../host-node/kept-code.ts';
import { parseFeatures } from '../../isa/riscv/features.ts';
import type { LogItem } from '../../mem/log-items.ts';
import { riscv64 } from '../../linux-user/abi/riscv64.ts';
import { keepDescriptors } from '../../linux-user/calls/host-limit.ts';
import { ENOEXEC } from '../../linux-user/errno.ts';
import { NativeBacking } from '../../linux-user/native-backing.ts';
import { pagesText } from '../../linux-user/memory/pages-text.ts';
import { DEFAULT_WINDOW, GuestProcess } from '../../linux-user/process.ts';
import { nameAfter } from '../../linux-user/program/name.ts';
import { startProgram } from '../../linux-user/program/start.ts';
import { GuestThread } from '../../linux-user/thread.ts';
import { located } from '../options/option.ts';
import { argumentBytes, bytesOf, givenDescriptors, givenSignals, programEnvironment } from './environment.ts';
import { openLog, writeLog } from './log-sink.ts';
import { findProgram } from './program-file.ts';
import { Refusal, whyNoProgram } from './refusal.ts';
import { debugSite, waitForGdb } from './debugger.ts';
import { spawnGuestThread } from './spawn.ts';
import type { UserSettings } from './settings.ts';

const TRANSLATION_ITEMS: readonly LogItem[] = ['in_asm', 'op', 'op_opt', 'out_asm'];

/** Becomes the program of the last `words` words of the command line, and never returns. Throws a Refusal. */
export function runUser(settings: UserSettings, words: number): never {
  const given = argumentBytes(words).map((argument) => Buffer.from(argument).toString('latin1'));
  const name = given[0]!;
  const { path, argv, file } = findProgram(name, [settings.argv0 ?? name, ...given.slice(1)], settings.prefix);
  const features = located(`-cpu ${settings.cpu}`, () => parseFeatures(settings.cpu));
  let native: NodeNativeThread | undefined;
  let backing: NativeBacking | undefined;
  const maker = keepsCode(settings) ? makerOf(import.meta.url) : undefined;
  const images = maker === undefined ? undefined : imageStore(maker);
  const options = {
    windowSize: settings.windowSize ?? DEFAULT_WINDOW,
    prefix: settings.prefix,
    stackSize: settings.stackSize,
    release: settings.release,
    processors: availableParallelism(),
    seed: settings.seed,
    isSingle: settings.isSingle,
    isDebugged: settings.gdb !== undefined,
    log: { items: [...settings.log], ranges: settings.logRanges },
    cpu: settings.cpu,
    keptBy: images && maker,
  };
  const log = settings.log.size > 0 ? openLog(settings.logFile) : undefined;
  const guest = new GuestProcess(
    { abi: riscv64(features), ...options },
    {
      makeBacking(memory, base) {
        native = firstNativeThread(memory);
        backing = new NativeBacking(native, base);
        return backing;
      },
      clock: new NodeClock(),
      hasRun: () => keepCode(true),
      images,
      spawn(index) {
        const { runtime } = thread.engine;
        return spawnGuestThread({ share: host.share, options, log, runtime, index }, signals);
      },
    },
  );
  const host = native!;
  if (log !== undefined) guest.log.sink = (text) => writeLog(log, text);
  for (const fd of givenDescriptors()) guest.descriptors.replace(fd, fd, false);
  const random = new Uint8Array(16);
  (guest.random ?? new NodeRandom()).fill(random);
  const started = startProgram(guest, {
    file,
    argv: argv.map(bytesOf),
    envp: programEnvironment(settings.environment),
    path: bytesOf(path),
    random,
    ids: { uid: process.getuid!(), euid: process.geteuid!(), gid: process.getgid!(), egid: process.getegid!() },
  });
  if (typeof started === 'number') throw refusalOf(path, started, file.read(0, 64));
  if (guest.log.has('page')) guest.log.write(pagesText(guest.space.pages));
  if (settings.gdb !== undefined) guest.debugSite = debugSite(settings.prefix);
  file.close();
  nameAfter(host, path);
  const signals = new NodeNativeSignals(host);
  const thread = new GuestThread(guest, 0, host, signals, new NodeNativeFork(host, signals));
  keepDescriptors(thread);
  // A thread comes to a page of its records wherever it comes to code: those faults would be a tenth of all that it does.
  const { start, length } = guest.threads.codeRange;
  backing!.useHugePages(start - guest.memory.base, length);
  thread.signals.begin(givenSignals());
  thread.cpu.begin(started.pc, started.stack.pointer);
  guest.threads.begin(0, process.pid);
  if (settings.gdb !== undefined) waitForGdb(thread, settings.gdb);
  thread.run();
  return thread.serve();
}

/** Who looks at translations, or at single instructions, wants to see them made. */
function keepsCode({ gdb, isSingle, log }: UserSettings): boolean {
  return gdb === undefined && !isSingle && TRANSLATION_ITEMS.every((item) => !log.has(item));
}

function refusalOf(path: string, errno: number, start: Uint8Array): Refusal {
  return new Refusal(path, errno, errno === -ENOEXEC ? whyNoProgram(start) : undefined);
}
