import { askInt } from '../calls/ask.ts';
import type { Caller } from '../calls/caller.ts';

/**
 * Names below /proc and /dev that mean the process itself (proc(5)): what the host has there is the emulator's.
 */
export type OwnName =
  /** The program. */
  | { readonly kind: 'exe' }
  /** A descriptor, and what follows its number. */
  | { readonly kind: 'fd'; readonly directory: 'fd' | 'fdinfo'; readonly fd: number; readonly rest: string }
  /** A directory of /proc from which such names can be reached. */
  | { readonly kind: 'directory' }
  /** A file that is made up: its name in the process's directory, or `cpuinfo`; `task`: of that thread's directory. */
  | { readonly kind: 'view'; readonly name: string; readonly task?: number };

const STREAMS: Readonly<Record<string, number>> = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 };
const DEVICE = /^\/+dev\/+fd\/+(\d{1,9})(\/.*)?$/;
const PROCESS = /^\/+proc\/+(self|thread-self|\d{1,10})(?:\/+task\/+(\d{1,10}))?(?:\/+(.*))?$/;
const DESCRIPTOR = /^(fd|fdinfo)\/+(\d{1,9})(\/.*)?$/;
const DIRECTORIES = new Set(['', 'task', 'fd', 'fdinfo']);

/** What an absolute path names, if it is something of the process whose number `pid` gives. */
export function ownName(path: string, pid: () => number): OwnName | undefined {
  if (path in STREAMS) return { kind: 'fd', directory: 'fd', fd: STREAMS[path]!, rest: '' };
  const device = DEVICE.exec(path);
  if (device !== null) return { kind: 'fd', directory: 'fd', fd: Number(device[1]), rest: device[2] ?? '' };
  if (/^\/+proc\/*$/.test(path)) return { kind: 'directory' };
  if (path === '/proc/cpuinfo') return { kind: 'view', name: 'cpuinfo' };
  const own = PROCESS.exec(path);
  if (own === null || (own[1] !== 'self' && own[1] !== 'thread-self' && Number(own[1]) !== pid())) return undefined;
  const rest = (own[3] ?? '').replace(/\/+$/, '');
  if (rest === 'exe') return { kind: 'exe' };
  if (DIRECTORIES.has(rest)) return { kind: 'directory' };
  const descriptor = DESCRIPTOR.exec(own[3]!);
  if (descriptor !== null) {
    const directory = descriptor[1] as 'fd' | 'fdinfo';
    return { kind: 'fd', directory, fd: Number(descriptor[2]), rest: descriptor[3] ?? '' };
  }
  if (!VIEWS.has(rest)) return undefined;
  return { kind: 'view', name: rest, ...(own[2] !== undefined && { task: Number(own[2]) }) };
}

/** Files of a process's directory that are made up. */
const VIEWS = new Set(['auxv', 'cmdline', 'environ', 'maps', 'mem', 'stat', 'status']);

/** The same for a path from a directory of the guest's. */
export function ownNameAt(caller: Caller, directory: number, path: string): OwnName | undefined {
  const absolute = path.startsWith('/') ? path : `${directoryPath(caller, directory)}/${path}`;
  return ownName(absolute, () => askInt(caller, 'getpid'));
}

/** The host's path for one that names something of the process's own; undefined if it is as it is. */
export function ownPath(caller: Caller, directory: number, path: string, follows: boolean): string | undefined {
  if (!follows && path in STREAMS) return undefined;
  const name = ownNameAt(caller, directory, path);
  if (name?.kind === 'exe') return follows ? caller.process.program.path : undefined;
  if (name?.kind !== 'fd') return undefined;
  const host = caller.process.descriptors.hostOf(name.fd);
  // No descriptor has such a name: the host finds nothing.
  return `/proc/self/${name.directory}/${host < 0 ? 'none' : host}${name.rest}`;
}

/** Where a directory is: the path of a descriptor, or of the current one. */
export function directoryPath(caller: Caller, directory: number): string {
  const AT_FDCWD = -100;
  if (directory === AT_FDCWD) return readLink(caller, '/proc/self/cwd') ?? '';
  return pathOf(caller, caller.process.descriptors.hostOf(directory));
}

/** The path of what a descriptor of the host is open on, as /proc has it; empty if there is none. */
export function pathOf(caller: Caller, host: number): string {
  return host < 0 ? '' : (readLink(caller, `/proc/self/fd/${host}`) ?? '');
}

const LONGEST = 4096;

/** What a link holds, one character a byte. */
export function readLink(caller: Caller, path: string): string | undefined {
  const AT_FDCWD = -100;
  const { scratch, host } = caller;
  const at = scratch.allocate(LONGEST);
  host.int(0, AT_FDCWD);
  host.at(1, scratch.string(path));
  host.at(2, at);
  host.int(3, LONGEST);
  const length = host.call(host.numbers.readlinkat);
  return length < 0 ? undefined : scratch.text(at, length);
}
