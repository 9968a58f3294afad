/** Runs one of the system's programs to its end: apt-get, dpkg-deb and their like. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { UserError } from '../../base/errors.ts';

export type CommandOptions = {
  signal: AbortSignal;
  cwd?: string;
  /** Lines that the program writes to descriptor 3. */
  onStatus?: (line: string) => void;
};

/** The system has no such program. */
export class MissingProgram extends UserError {}

/** The program ran and failed; the message is its own complaint. */
export class CommandFailed extends UserError {}

/** What the program printed; its messages are in English whatever the user's language, since we read them. */
export async function run(program: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    signal: options.signal,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  createInterface(child.stdio[3] as Readable).on('line', (line) => options.onStatus?.(line));
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!), ended(child, program)]);
  if (child.exitCode !== 0) throw new CommandFailed(complaint(stderr) ?? `${program} failed without saying why`);
  return stdout;
}

/** Waits for the real end even of a program that was interrupted, since until then it may write files. */
async function ended(child: ChildProcess, program: string): Promise<void> {
  let failure: NodeJS.ErrnoException | undefined;
  child.on('error', (error) => (failure = error));
  await new Promise((resolve) => child.on('close', resolve));
  if (failure?.code === 'ENOENT') throw new MissingProgram(`${program} is not installed`, { cause: failure });
  if (failure !== undefined) throw failure;
}

/** The first is the cause and what follows are its consequences; apt marks errors among warnings. */
function complaint(stderr: string): string | undefined {
  const lines = stderr.split('\n').map((line) => line.trim());
  const marked = lines.find((line) => line.startsWith('E: '));
  return marked?.slice(3) ?? lines.find((line) => line !== '');
}
