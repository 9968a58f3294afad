import { E2BIG, EFAULT } from '../errno.ts';
import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import type { Caller } from '../calls/caller.ts';
import { askInt } from '../calls/ask.ts';
import { closeOnHost } from '../calls/new-fd.ts';
import { PROT_READ } from '../memory/pages.ts';
import { bytesOf } from '../scratch.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import { findProgram, type Invocation, type Request } from './invocation.ts';
import { runNatively } from './native-program.ts';
import { nameAfter } from './name.ts';
import { checkProgram, startProgram } from './start.ts';

/** Longest string of a program's arguments or environment, with its zero byte, and most bytes of all (execve(2)). */
const LONGEST_STRING = 131_072;
const MOST_BYTES = 2 << 20;
const SIGKILL = 9;

/** What of a program's stack is strings, or the vector of their addresses; -EFAULT or -E2BIG. */
export function readStrings(memory: UserMemory, address: number): Uint8Array[] | number {
  const strings: Uint8Array[] = [];
  // Linux takes none for an empty list.
  if (address === 0) return strings;
  let bytes = 0;
  for (let at = address; ; at += 8) {
    if (!memory.pages.permits(at, 8, PROT_READ)) return -EFAULT;
    const string = memory.u64(at);
    if (string === 0) return strings;
    const reach = memory.pages.reach(string, LONGEST_STRING, PROT_READ);
    const length = memory.bytes.subarray(string, string + reach).indexOf(0);
    if (length < 0) return reach < LONGEST_STRING ? -EFAULT : -E2BIG;
    bytes += length + 1 + 8;
    if (bytes > MOST_BYTES) return -E2BIG;
    strings.push(memory.bytes.slice(string, string + length));
  }
}

/**
 * execve: puts another program into the process. Everything that can be wrong is found out first, as a negative errno;
 * then there is no way back.
 */
export function execute(caller: Caller, request: Request, envp: readonly Uint8Array[]): number {
  const argv = request.argv.length === 0 ? [new Uint8Array()] : request.argv;
  const invocation = findProgram(caller, { ...request, argv });
  if (typeof invocation === 'number') return invocation;
  const { file } = invocation;
  if (file === undefined) return runNatively(caller, invocation, envp);
  const failure = checkProgram(caller.process.abi, file) || checkSize(invocation, envp);
  if (failure < 0) {
    file.close();
    return failure;
  }
  const isAlone = caller.process.threads.endOthers(caller.shared, (tid) => caller.signals.native.kick(tid));
  if (isAlone) replace(caller, { ...invocation, file }, envp);
  return isAlone ? 0 : INTERRUPTED_BEFORE;
}

function checkSize({ argv, name }: Invocation, envp: readonly Uint8Array[]): number {
  const bytes = [...argv, ...envp].reduce((sum, string) => sum + string.length + 9, name.length + 1);
  return bytes > MOST_BYTES ? -E2BIG : 0;
}

/** Ends the old program and starts the new one, on the same thread. */
function replace(
  caller: Caller,
  { file, argv, name }: Invocation & { readonly file: NonNullable<Invocation['file']> },
  envp: readonly Uint8Array[],
): void {
  const { process, host } = caller;
  process.leaves(caller);
  for (const fd of process.descriptors.open()) {
    if (process.descriptors.closesOnExec(fd)) closeOnHost(caller, process.descriptors.remove(fd));
  }
  caller.forgetCode();
  process.clear();
  nameAfter(host, name);
  const ids = {
    uid: askInt(caller, 'getuid'),
    euid: askInt(caller, 'geteuid'),
    gid: askInt(caller, 'getgid'),
    egid: askInt(caller, 'getegid'),
  };
  const started = startProgram(process, { file, argv, envp, path: bytesOf(name), random: randomBytes(caller), ids });
  file.close();
  if (typeof started === 'number') return die(caller);
  caller.shared.clearTid = 0;
  caller.shared.robustList = 0;
  caller.signals.forgetHandlers();
  caller.begin(started.pc, started.stack.pointer);
}

function randomBytes({ host, scratch }: Caller): Uint8Array {
  const at = scratch.zeroed(16);
  host.at(0, at);
  host.int(1, 16);
  host.int(2, 0);
  host.call(host.numbers.getrandom);
  return scratch.bytes.slice(at, at + 16);
}

/** There is no program any more, and none to return to. */
function die(caller: Caller): void {
  for (;;) askInt(caller, 'kill', askInt(caller, 'getpid'), SIGKILL);
}
