/** Streams under native QEMU in user mode. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CODE, DATA, withoutCaller } from './layout.ts';
import type { Stream } from './stream.ts';

export class NativeQemu {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tinamou-differential-'));
  readonly #runner = join(this.#folder, 'runner');

  constructor() {
    const source = join(import.meta.dirname, 'runner.c');
    execFileSync('riscv64-linux-gnu-gcc', ['-static', '-O1', '-o', this.#runner, source]);
  }

  /** The data after the stream. */
  run(stream: Stream): Uint8Array {
    const code = join(this.#folder, 'code');
    const data = join(this.#folder, 'data');
    writeFileSync(code, stream.code);
    writeFileSync(data, stream.data);
    const program = [this.#runner, String(CODE), code, String(DATA), data];
    return withoutCaller(execFileSync('qemu-riscv64', ['-cpu', 'rv64', ...program], { maxBuffer: 2 ** 30 }));
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
