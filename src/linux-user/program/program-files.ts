import { EACCES, ENOSYS } from '../errno.ts';
import type { Caller } from '../calls/caller.ts';
import { askInt, wide } from '../calls/ask.ts';
import { pathOf } from '../proc/own-path.ts';
import type { OpenProgram } from './start.ts';

const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const O_NOCTTY = 0o400;
const AT_EMPTY_PATH = 0x1000;
const AT_EACCESS = 0x200;
const X_OK = 1;
const AT_FDCWD = -100;
const SEEK_END = 2;
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const STATX_BASIC = 0x7ff;
const STATX_BYTES = 256;
const STATX_MODE_AT = 28;
/** Bytes that are read at a time. */
const PIECE = 16384;

/** Whether who calls may execute what is open: as execve would find, mount options and all. 0 or a negative errno. */
function mayExecute(caller: Caller, fd: number): number {
  const { host, scratch } = caller;
  const status = scratch.allocate(STATX_BYTES);
  host.int(0, fd);
  host.at(1, scratch.string(''));
  host.int(2, AT_EMPTY_PATH);
  host.int(3, STATX_BASIC);
  host.at(4, status);
  const failure = host.call(host.numbers.statx);
  if (failure < 0) return failure;
  if ((scratch.view.getUint16(status + STATX_MODE_AT, true) & S_IFMT) !== S_IFREG) return -EACCES;
  host.int(2, X_OK);
  host.int(3, AT_EMPTY_PATH | AT_EACCESS);
  const result = host.call(host.numbers.faccessat2);
  if (result !== -ENOSYS) return result;
  host.int(0, AT_FDCWD);
  host.at(1, scratch.string(`/proc/self/fd/${fd}`));
  return host.call(host.numbers.faccessat);
}

/** Opens a file as execve does, `path` from the host's directory `directory`; a negative errno. */
export function openToExecute(caller: Caller, directory: number, path: string, flags = 0): OpenProgram | number {
  const { host, scratch } = caller;
  host.int(0, directory);
  host.at(1, scratch.string(path));
  host.int(2, O_NONBLOCK | O_CLOEXEC | O_NOCTTY | flags);
  host.int(3, 0);
  const fd = host.call(host.numbers.openat);
  return fd < 0 ? fd : executable(caller, fd);
}

/** The file that a descriptor of the host is open on; the descriptor is closed if it cannot be executed. */
export function executable(caller: Caller, fd: number): OpenProgram | number {
  const failure = mayExecute(caller, fd);
  if (failure < 0) {
    askInt(caller, 'close', fd);
    return failure;
  }
  const size = wide(caller, askInt(caller, 'lseek', fd, 0, SEEK_END));
  return {
    fd,
    name: pathOf(caller, fd),
    size,
    read: (offset, length) => readAt(caller, fd, offset, Math.min(length, Math.max(0, size - offset))),
    openInterpreter: (name) => openToExecute(caller, AT_FDCWD, caller.process.paths.find(caller, name)),
    close: () => askInt(caller, 'close', fd),
  };
}

function readAt(caller: Caller, fd: number, offset: number, length: number): Uint8Array {
  const { host, scratch } = caller;
  const at = scratch.allocate(PIECE);
  const bytes = new Uint8Array(length);
  let got = 0;
  while (got < length) {
    host.int(0, fd);
    host.at(1, at);
    host.int(2, Math.min(PIECE, length - got));
    host.word(3, offset + got, Math.floor((offset + got) / 2 ** 32));
    const count = host.call(host.numbers.pread64);
    if (count <= 0) break;
    bytes.set(scratch.bytes.subarray(at, at + count), got);
    got += count;
  }
  return bytes.subarray(0, got);
}
