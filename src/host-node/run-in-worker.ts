import { constants } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { MemoryProgramData, MemoryProgramMessage } from './program-thread.ts';
import type { ProgramEnd, RunProgramOptions } from './run-program.ts';

/** Runs a program on a worker with files in memory. All of its input is read before it begins. */
export async function runInWorker(
  options: RunProgramOptions & { readonly files: Readonly<Record<string, Uint8Array | string>> },
): Promise<ProgramEnd> {
  const { program, args = [], env = {}, stdin = '', stdout, stderr, signal } = options;
  const encoder = new TextEncoder();
  const data: MemoryProgramData = {
    path: program,
    argv: [program, ...args],
    envp: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    stdin: new Uint8Array(await buffer(stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]))),
    files: new Map(
      Object.entries(options.files).map(([name, content]) => [
        name,
        typeof content === 'string' ? encoder.encode(content) : content,
      ]),
    ),
  };
  if (signal?.aborted === true) return { signal: 'SIGKILL' };
  const worker = new Worker(new URL('./program-thread.ts', import.meta.url), { workerData: data });
  const abort = (): void => void worker.terminate();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await new Promise<ProgramEnd>((resolve, reject) => {
      worker.on('message', (message: MemoryProgramMessage) => {
        if ('fd' in message) (message.fd === 1 ? stdout : stderr)?.write(message.bytes);
        else resolve({ ...named(message.end), files: Object.fromEntries(message.files) });
      });
      worker.on('error', reject);
      worker.on('exit', () => resolve({ signal: 'SIGKILL' }));
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

function named(end: { readonly status: number } | { readonly signal: number }): ProgramEnd {
  if ('status' in end) return end;
  const found = Object.entries(constants.signals).find(([, number]) => number === end.signal);
  return { signal: (found?.[0] ?? 'SIGKILL') as NodeJS.Signals };
}
