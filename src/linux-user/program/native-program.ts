import { E2BIG } from '../errno.ts';
import type { Caller } from '../calls/caller.ts';
import { askInt } from '../calls/ask.ts';
import type { Invocation } from './invocation.ts';

const AT_FDCWD = -100;
const F_GETFD = 1;
const F_DUPFD_CLOEXEC = 1030;
const O_CLOEXEC = 0o2000000;
/** Descriptors that are put aside get a number from here on. */
const ASIDE = 256;

/** Room for the vectors and strings of a program of the host's. */
export const VECTOR_BYTES = 4 << 20;

/**
 * The process becomes a program of the host's own architecture, or whatever the host makes of the file: with the guest's
 * descriptors at their numbers. A negative errno if that cannot be; then nothing is different.
 */
export function runNatively(caller: Caller, program: Invocation, envp: readonly Uint8Array[]): number {
  const { host, process, scratch } = caller;
  const writer = new VectorWriter(caller, process.vectors);
  const argv = writer.vector(program.argv);
  const environment = writer.vector(envp);
  if (argv < 0 || environment < 0) return -E2BIG;
  const directory = aside(caller, program.directory);
  const numbers = new PassedDescriptors(caller);
  numbers.place();
  host.int(0, directory);
  host.at(1, scratch.string(program.path));
  host.at(2, argv);
  host.at(3, environment);
  host.int(4, 0);
  const failure = host.call(host.numbers.execveat);
  numbers.putBack();
  if (directory >= 0) askInt(caller, 'close', directory);
  return failure;
}

function aside(caller: Caller, fd: number): number {
  return fd === AT_FDCWD ? AT_FDCWD : askInt(caller, 'fcntl', fd, F_DUPFD_CLOEXEC, ASIDE);
}

/** Writes vectors of strings where the host's kernel reads them. */
class VectorWriter {
  readonly #caller: Caller;
  readonly #end: number;
  #at: number;

  constructor(caller: Caller, from: number) {
    this.#caller = caller;
    this.#at = from;
    this.#end = from + VECTOR_BYTES;
  }

  /** Offset of the vector in the shared memory; -1 if there is no room. */
  vector(strings: readonly Uint8Array[]): number {
    const { scratch, host } = this.#caller;
    const start = this.#at;
    let string = start + 8 * (strings.length + 1);
    const length = strings.reduce((sum, bytes) => sum + bytes.length + 1, 0);
    if (string + length + 8 > this.#end) return -1;
    strings.forEach((bytes, index) => {
      scratch.bytes.set(bytes, string);
      scratch.bytes[string + bytes.length] = 0;
      scratch.setAddress(start + 8 * index, host, string);
      string += bytes.length + 1;
    });
    scratch.setU64(start + 8 * strings.length, 0);
    this.#at = Math.ceil(string / 8) * 8;
    return start;
  }
}

/** The guest's descriptors at the host's same numbers; all others of the host's are closed by execve. */
class PassedDescriptors {
  readonly #caller: Caller;
  /** The host's that had the number of one of the guest's, and where it is kept meanwhile. */
  readonly #displaced = new Map<number, number>();
  readonly #placed: number[] = [];

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  place(): void {
    const caller = this.#caller;
    const { descriptors } = caller.process;
    const passed = [...descriptors.open()].filter((fd) => !descriptors.closesOnExec(fd));
    for (const fd of passed) {
      if (askInt(caller, 'fcntl', fd, F_GETFD) < 0) continue;
      const kept = askInt(caller, 'fcntl', fd, F_DUPFD_CLOEXEC, ASIDE);
      if (kept >= 0) this.#displaced.set(fd, kept);
    }
    for (const fd of passed) {
      const host = descriptors.hostOf(fd);
      askInt(caller, 'dup3', this.#displaced.get(host) ?? host, fd, 0);
      this.#placed.push(fd);
    }
  }

  putBack(): void {
    const caller = this.#caller;
    for (const fd of this.#placed) {
      const kept = this.#displaced.get(fd);
      if (kept === undefined) askInt(caller, 'close', fd);
      else {
        askInt(caller, 'dup3', kept, fd, O_CLOEXEC);
        askInt(caller, 'close', kept);
      }
    }
  }
}
