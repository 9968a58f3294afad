/** A machine with a program that has DWARF, and gdb on it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

export const GDB = 'gdb-multiarch';
const COMPILER = 'riscv64-linux-gnu-gcc';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const missing = [GDB, COMPILER].filter((program) => !has(program));
/** Why there can be no session, or false. */
export const noGdb: string | false = missing.length > 0 && `${missing.join(' and ')}: not installed`;

/** Compiles the program into a directory. */
export function buildProgram(directory: string): string {
  const out = join(directory, 'program.elf');
  const source = (name: string): string => join(import.meta.dirname, name);
  const flags =
    '-g -O1 -ffreestanding -nostdlib -static -mcmodel=medany -march=rv64imac_zicsr -mabi=lp64 -fno-pic -no-pie';
  const built = spawnSync(
    COMPILER,
    [
      ...flags.split(' '),
      '-Wl,--build-id=none',
      '-T',
      source('program.ld'),
      '-o',
      out,
      source('start.S'),
      source('program.c'),
    ],
    { encoding: 'utf8' },
  );
  if (built.status !== 0) throw new Error(built.stderr);
  return out;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A machine that waits for gdb before its first instruction. */
export class DebuggedMachine implements AsyncDisposable {
  readonly port: number;
  output = '';
  readonly #child: ChildProcess;

  static async start(program: string, args: readonly string[]): Promise<DebuggedMachine> {
    const port = await freePort();
    const common = ['-M', 'virt', '-display', 'none', '-nodefaults', '-S', '-gdb', `tcp:127.0.0.1:${port}`];
    return new DebuggedMachine(port, spawn(program, [...common, ...args], { stdio: ['pipe', 'pipe', 'pipe'] }));
  }

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
    child.stdout!.on('data', (text: Buffer) => (this.output += text.toString()));
    child.stderr!.on('data', (text: Buffer) => (this.output += text.toString()));
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null;
  }

  async exitCode(): Promise<number | null> {
    if (this.isAlive) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isAlive) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

/** What commands say before the guest runs until it is interrupted. */
const MARK = 'until interrupted';
export const CONTINUE_UNTIL_INTERRUPTED = `echo ${MARK}\\n\ncontinue\n`;
/** How long it runs then. */
const RUN_MS = 2000;

/** Runs gdb's commands on a machine; gives what it says. It gets a ^C wherever they want one. */
export async function gdb(
  directory: string,
  { port, elf, commands }: { readonly port: number; readonly elf?: string; readonly commands: string },
): Promise<string> {
  const script = join(directory, `script-${port}.gdb`);
  // The machine may still be starting.
  const connect = `set tcp connect-timeout 30\ntarget remote 127.0.0.1:${port}\n`;
  const head = `set pagination off\nset confirm off\nset style enabled off\nset architecture riscv:rv64\n`;
  writeFileSync(script, `${head}${connect}${commands}\n`);
  // Both of its streams in one pipe: from two they come in any order.
  const words = ['-nx', '-batch', '-x', script, ...(elf === undefined ? [] : [elf])];
  const child = spawn('sh', ['-c', 'exec "$0" "$@" 2>&1', GDB, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  let said = '';
  let marks = 0;
  const hear = (text: Buffer): void => {
    said += text.toString();
    for (; marks < said.split(MARK).length - 1; marks++) setTimeout(() => child.kill('SIGINT'), RUN_MS);
  };
  child.stdout.on('data', hear);
  await once(child, 'close');
  return said;
}
