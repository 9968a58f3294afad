import { accessSync, closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { EACCES, EISDIR, ELOOP, ENOENT, ENOEXEC } from '../../linux-user/errno.ts';
import type { OpenProgram } from '../../linux-user/program/start.ts';
import { constants as system } from 'node:os';
import { bytesOf } from './environment.ts';
import { Refusal } from './refusal.ts';

/** What `#!` may be followed by, and how many scripts may interpret one another (Linux, fs/exec.c). */
const FIRST_LINE = 256;
const MOST_SCRIPTS = 5;

/** A program, and what it is run with: of a script, the interpreter. Paths and arguments are Latin-1 of their bytes. */
export interface FoundProgram {
  readonly file: OpenProgram;
  readonly path: string;
  readonly argv: readonly string[];
}

/** Finds what is to be run for a path; `prefix`: where interpreters are looked for first. Throws a Refusal. */
export function findProgram(path: string, argv: readonly string[], prefix: string): FoundProgram {
  let found: FoundProgram = { file: openProgram(path, prefix), path, argv };
  for (let scripts = 0; ; scripts++) {
    const line = scriptLine(found.file, path);
    if (line === undefined) return found;
    if (scripts === MOST_SCRIPTS) throw new Refusal(path, -ELOOP, 'Too many levels of symbolic links');
    closeSync(found.file.fd);
    const [interpreter, ...more]: [string, ...string[]] = line;
    found = {
      file: openBelow(interpreter, prefix, (errno) => {
        throw new Refusal(path, errno, `${interpreter}: bad interpreter: ${new Refusal('', errno).message.slice(2)}`);
      }),
      path: interpreter,
      argv: [interpreter, ...more, found.path, ...found.argv.slice(1)],
    };
  }
}

/** The interpreter that a script names, and at most one argument. */
function scriptLine({ read }: OpenProgram, path: string): [interpreter: string, ...argument: string[]] | undefined {
  const start = Buffer.from(read(0, FIRST_LINE)).toString('latin1');
  if (!start.startsWith('#!')) return undefined;
  const line = start.slice(2).split('\n', 1)[0]!.replace(/\0.*/, '').trim();
  const [, interpreter = '', argument] = /^(\S*)\s*(.+)?$/.exec(line) ?? [];
  if (interpreter === '') throw new Refusal(path, -ENOEXEC);
  return argument === undefined ? [interpreter] : [interpreter, argument];
}

function openProgram(path: string, prefix: string): OpenProgram {
  return openFile(path, prefix, (errno) => {
    throw new Refusal(path, errno);
  });
}

/** Below the prefix, else on the host. */
function openBelow<T>(path: string, prefix: string, fail: (errno: number) => T): OpenProgram | T {
  if (!path.startsWith('/')) return openFile(path, prefix, fail);
  return openFile(prefix + path, prefix, (errno) =>
    errno === -ENOENT ? openFile(path, prefix, fail) : fail(errno),
  ) as OpenProgram | T;
}

function openFile<T>(path: string, prefix: string, fail: (errno: number) => T): OpenProgram | T {
  let fd: number;
  const name = bytesOf(path) as Buffer;
  try {
    accessSync(name, constants.X_OK);
    fd = openSync(name, 'r');
  } catch (error) {
    return fail(-(system.errno[(error as NodeJS.ErrnoException).code as 'ENOENT'] ?? ENOENT));
  }
  const stats = fstatSync(fd);
  if (!stats.isFile()) {
    closeSync(fd);
    return fail(stats.isDirectory() ? -EISDIR : -EACCES);
  }
  return {
    fd,
    name: realpathSync(name, { encoding: 'buffer' }).toString('latin1'),
    size: stats.size,
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, offset));
    },
    close: () => closeSync(fd),
    openInterpreter: (interpreter) =>
      openBelow(interpreter, prefix, (errno) => {
        throw new Refusal(path, errno, missingInterpreter(interpreter, errno));
      }),
  };
}

const missingInterpreter = (interpreter: string, errno: number): string =>
  errno === -ENOENT
    ? `cannot execute: required file not found (${interpreter}; -L names the directory that it lies below)`
    : `cannot execute: ${new Refusal(interpreter, errno).message}`;
