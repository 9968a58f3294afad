import { constants } from 'node:os';
import type { Child, Processes } from '../host/processes.ts';

/** Programs started by /bin/sh, in a group of their own so that all of a line is ended with it. */
export class NodeProcesses implements Processes {
  start(line: string): Child {
    const { spawn } = process.getBuiltinModule('node:child_process');
    const child = spawn('/bin/sh', ['-c', line], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    // What is written after its end is told to who writes.
    child.stdin.on('error', () => {});
    child.on('error', () => {});
    const status = new Promise<number>((resolve) => {
      child.once('close', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
    });
    return {
      async write(bytes) {
        const { stdin } = child;
        await new Promise<void>((resolve, reject) => {
          stdin.write(Uint8Array.from(bytes), (error) => (error ? reject(new Error('it has ended')) : resolve()));
        });
      },
      output: child.stdout,
      async end() {
        child.stdin.end();
        // Nobody reads it any more, and a full pipe would hold it up.
        child.stdout.resume();
        return status;
      },
      kill() {
        try {
          process.kill(-child.pid!, 'SIGTERM');
        } catch {
          // It has ended.
        }
      },
    };
  }
}
