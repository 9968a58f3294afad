/** The program as a process that counts instructions: its console, a monitor, and what can be compared of two runs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connected } from './connected.ts';
import { SYSTEM } from './program.ts';

const RAM = 0x8000_0000;
let runs = 0;

type Message = Readonly<Record<string, unknown>>;

/** What a run has come to. */
export interface Outcome {
  readonly instructions: number;
  /** SHA-256 of all guest RAM. */
  readonly ram: string;
  readonly console: string;
}

export class CountedRun implements AsyncDisposable {
  console = '';
  errors = '';
  readonly #directory: string;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #messages: Message[] = [];
  #socket: Socket | undefined;
  #wake: () => void = () => {};

  /** Starts it with its serial port on pipes; files it needs are made in `directory`. */
  static async start(directory: string, args: readonly string[]): Promise<CountedRun> {
    const run = await CountedRun.paused(directory, args);
    await run.qmp('cont');
    return run;
  }

  /** As `start`, but it stands before its first instruction. */
  static async paused(directory: string, args: readonly string[]): Promise<CountedRun> {
    const run = new CountedRun(directory, args);
    await run.#connect();
    return run;
  }

  private constructor(directory: string, args: readonly string[]) {
    this.#directory = directory;
    this.#name = `run-${process.pid}-${runs++}`;
    const common = ['-M', 'virt', '-display', 'none', '-nodefaults', '-serial', 'stdio', '-no-shutdown', '-S'];
    const monitor = ['-qmp', `unix:${join(directory, this.#name)},server=on,wait=off`];
    const child = spawn(SYSTEM, [...common, ...monitor, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    child.stdin!.on('error', () => {});
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.console += text;
      this.#wake();
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    child.on('exit', () => this.#wake());
  }

  async #connect(): Promise<void> {
    const path = join(this.#directory, this.#name);
    const socket = await connected(path, () => this.isAlive).catch((error: unknown) => {
      throw new Error(`no monitor: ${this.errors}`, { cause: error });
    });
    this.#socket = socket;
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\r\n');
      text = lines.pop()!;
      this.#messages.push(...lines.map((line) => JSON.parse(line) as Message));
      this.#wake();
    });
    socket.on('error', () => {});
    await this.qmp('qmp_capabilities');
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #until<T>(look: () => T | undefined, what: string): Promise<T> {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (!this.isAlive) throw new Error(`it ended before ${what}: ${this.errors}\n${this.console.slice(-2000)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #message(is: (message: Message) => boolean, what: string): Promise<Message> {
    return this.#until(() => {
      const at = this.#messages.findIndex(is);
      return at < 0 ? undefined : this.#messages.splice(at, 1)[0];
    }, what);
  }

  /** Waits until something holds, which is looked at whenever it has said something. */
  async until(holds: () => boolean, what: string): Promise<void> {
    await this.#until(() => (holds() ? true : undefined), what);
  }

  /** The console shows what was not shown before. */
  async expect(pattern: RegExp): Promise<void> {
    await this.#until(() => pattern.exec(this.console) ?? undefined, String(pattern));
  }

  type(text: string): void {
    this.#child.stdin!.write(text);
  }

  async qmp(execute: string, args: object = {}): Promise<unknown> {
    this.#socket!.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    const answer = await this.#message((message) => 'return' in message || 'error' in message, execute);
    if ('error' in answer) throw new Error(JSON.stringify(answer['error']));
    return answer['return'];
  }

  async event(name: string): Promise<Message> {
    return this.#message((message) => message['event'] === name, name);
  }

  /** The end of a guest that switches itself off. */
  async switchedOff(): Promise<void> {
    await this.event('SHUTDOWN');
    await this.event('STOP');
  }

  async instructions(): Promise<number> {
    const filter = { target: 'vm', providers: [{ provider: 'tcg', names: ['instructions'] }] };
    const [result] = (await this.qmp('query-stats', filter)) as { stats: { value: number }[] }[];
    return result!.stats[0]!.value;
  }

  /** The machine must stand still. */
  async outcome(ramBytes: number): Promise<Outcome> {
    const file = join(this.#directory, `${this.#name}.ram`);
    await this.qmp('pmemsave', { val: RAM, size: ramBytes, filename: file });
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    rmSync(file);
    return { instructions: await this.instructions(), ram: hash.digest('hex'), console: this.console };
  }

  async quit(): Promise<void> {
    this.#socket!.write('{"execute": "quit"}\n');
    if (this.isAlive) await once(this.#child, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isAlive) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
