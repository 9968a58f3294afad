import { EACCES, ELOOP, ENOENT, ENOEXEC } from '../errno.ts';
import type { Caller } from '../calls/caller.ts';
import { ownPath } from '../proc/own-path.ts';
import { bytesOf } from '../scratch.ts';
import { isElf } from './elf.ts';
import { openToExecute } from './program-files.ts';
import { isScript, readScript, SCRIPT_HEAD } from './script.ts';
import type { OpenProgram } from './start.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const O_NOFOLLOW = 0o400000;
/** Scripts that are run by scripts: so many, and no more. */
const MOST_SCRIPTS = 5;

/** What a program asks to be run. Texts have one character a byte. */
export interface Request {
  /** The guest's descriptor that `path` is relative to, or AT_FDCWD. */
  readonly directory: number;
  readonly path: string;
  /** AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW. */
  readonly flags: number;
  readonly argv: readonly Uint8Array[];
}

/** The program that is to run in the end. */
export interface Invocation {
  readonly argv: readonly Uint8Array[];
  /** AT_EXECFN: what was asked for. */
  readonly name: string;
  /** A program of the guest's, open; undefined for one that only the host may be able to run. */
  readonly file: OpenProgram | undefined;
  /** For the host: its directory and path. */
  readonly directory: number;
  readonly path: string;
}

/** Finds the program to run: follows scripts to their interpreters. A negative errno if there is none. */
export function findProgram(caller: Caller, request: Request): Invocation | number {
  const { directory, flags } = request;
  const name = nameOf(request);
  let hostDirectory = directory === AT_FDCWD ? AT_FDCWD : caller.process.descriptors.hostOf(directory);
  let path = request.path;
  if (path === '') {
    if ((flags & AT_EMPTY_PATH) === 0) return -ENOENT;
    path = `/proc/self/fd/${hostDirectory}`;
    hostDirectory = AT_FDCWD;
  } else path = hostPath(caller, directory, path);
  let { argv } = request;
  // What a native interpreter is told, for which nothing is below the prefix.
  let nativeArgv = argv;
  let script = name;
  let nativeScript = path;
  let open = (flags & AT_SYMLINK_NOFOLLOW) === 0 ? 0 : O_NOFOLLOW;
  for (let scripts = 0; scripts <= MOST_SCRIPTS; scripts++) {
    const file = openToExecute(caller, hostDirectory, path, open);
    open = 0;
    // It may be readable for nobody and still be executable.
    if (file === -EACCES) return { argv: nativeArgv, name, file: undefined, directory: hostDirectory, path };
    if (typeof file === 'number') return file;
    const head = file.read(0, SCRIPT_HEAD);
    if (isOfGuest(caller, head)) return { argv, name, file, directory: hostDirectory, path };
    file.close();
    if (!isScript(head)) return { argv: nativeArgv, name, file: undefined, directory: hostDirectory, path };
    const line = readScript(head);
    if (line === undefined) return -ENOEXEC;
    if (closesOnExec(caller, request)) return -ENOENT;
    const start = [line.interpreter, ...(line.argument === undefined ? [] : [line.argument])];
    nativeArgv = [...[...start, nativeScript].map(bytesOf), ...nativeArgv.slice(1)];
    argv = [...[...start, script].map(bytesOf), ...argv.slice(1)];
    hostDirectory = AT_FDCWD;
    path = hostPath(caller, AT_FDCWD, line.interpreter);
    script = line.interpreter;
    nativeScript = path;
  }
  return -ELOOP;
}

function hostPath(caller: Caller, directory: number, path: string): string {
  return ownPath(caller, directory, path, true) ?? caller.process.paths.find(caller, path);
}

/** How a script calls itself (execveat(2)). */
function nameOf({ directory, path }: Request): string {
  if (directory === AT_FDCWD || path.startsWith('/')) return path;
  return path === '' ? `/dev/fd/${directory}` : `/dev/fd/${directory}/${path}`;
}

/** A script could not be opened any more by the name that its interpreter is told. */
function closesOnExec(caller: Caller, { directory, path }: Request): boolean {
  return directory !== AT_FDCWD && !path.startsWith('/') && caller.process.descriptors.closesOnExec(directory);
}

function isOfGuest(caller: Caller, head: Uint8Array): boolean {
  return isElf(head) && head.length > 20 && (head[18]! | (head[19]! << 8)) === caller.process.abi.elfMachine;
}
