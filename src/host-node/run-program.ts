import { spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { UserError } from '../base/errors.ts';
import { runInWorker } from './run-in-worker.ts';

export interface RunProgramOptions {
  /** Path of the program: an ELF file for riscv64, or a `#!` script that such a one interprets. */
  readonly program: string;
  /** Its arguments, without its name. */
  readonly args?: readonly string[];
  /** Its environment; by default this process's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Where the dynamic linker, libraries and other files of programs are looked for first (-L). */
  readonly prefix?: string;
  /** What it reads; nothing by default. */
  readonly stdin?: Readable | Uint8Array | string;
  /** Where it writes. Without, what it writes is lost. They are not ended. */
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** Further options of tinamou-riscv64, such as `-strace`. */
  readonly options?: readonly string[];
  /** Ends it by SIGKILL. */
  readonly signal?: AbortSignal;
  /**
   * Files by their paths, in place of this system's: the program, which is linked statically and has one thread, sees
   * no others and runs on a worker of this process. It reads nothing of `cwd`, `prefix` and `options`, its
   * environment is `env` alone, and all of `stdin` is read before it begins.
   */
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
}

/** How a program ended: by itself, with an exit status (127 or 126: it could not be run), or by a signal. */
export type ProgramEnd = ({ readonly status: number } | { readonly signal: NodeJS.Signals }) & {
  /** With `files`: those that there are at the end. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
};

/** The package's own program, from sources and from what is published. */
const PROGRAM = fileURLToPath(new URL('../../bin/tinamou-riscv64', import.meta.url));

/**
 * Runs a Linux program made for riscv64, as a process of its own with the files of this system. Resolves when it has
 * ended and all that it wrote has been taken.
 */
export async function runProgram(options: RunProgramOptions): Promise<ProgramEnd> {
  const { files } = options;
  if (files !== undefined) return await runInWorker({ ...options, files });
  const { program, args = [], env, cwd, prefix, stdin = '', stdout, stderr, signal } = options;
  const words = [...(options.options ?? []), ...(prefix === undefined ? [] : ['-L', prefix]), '--', program, ...args];
  const child = spawn(PROGRAM, words, {
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    stdio: ['pipe', stdout === undefined ? 'ignore' : 'pipe', stderr === undefined ? 'ignore' : 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const input = stdin instanceof Readable ? stdin : Readable.from([stdin]);
    // It need not read all.
    child.stdin!.on('error', () => input.unpipe(child.stdin!));
    input.pipe(child.stdin!);
    const end = new Promise<ProgramEnd>((resolve, reject) => {
      child.once('error', (error) => {
        reject(new UserError(`cannot run ${program}: ${error.message}`, { cause: error }));
      });
      child.once('close', (status, by) => resolve(by === null ? { status: status! } : { signal: by }));
    });
    if (signal?.aborted === true) kill();
    if (stdout !== undefined) child.stdout!.pipe(stdout, { end: false });
    if (stderr !== undefined) child.stderr!.pipe(stderr, { end: false });
    return await end;
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}
