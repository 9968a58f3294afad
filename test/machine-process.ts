/** The program as a process whose monitor is its standard input and output, as clients drive it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { SYSTEM } from './program.ts';

export type Message = Readonly<Record<string, unknown>>;

export class MachineProcess {
  /** Events that came, by name and data. */
  readonly events: Message[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #answers: ((message: Message) => void)[] = [];
  readonly #serial: string | undefined;
  #text = '';
  #changed = (): void => {};

  /** `serial`: the file that the serial port writes to. */
  constructor(args: readonly string[], serial?: string) {
    this.#serial = serial;
    const port = serial === undefined ? 'none' : `file:${serial}`;
    const all = ['-M', 'virt', '-display', 'none', '-serial', port, '-monitor', 'none', '-qmp', 'stdio', ...args];
    this.#child = spawn(SYSTEM, all, { stdio: 'pipe' });
    this.#closed = once(this.#child, 'close');
    this.#child.stdin!.on('error', () => {});
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    this.#child.once('close', () => this.#changed());
    void this.run('qmp_capabilities');
  }

  #receive(text: string): void {
    const lines = (this.#text + text).split('\r\n');
    this.#text = lines.pop()!;
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      if ('event' in message) this.events.push(message);
      else if (!('QMP' in message)) this.#answers.shift()?.(message);
    }
    this.#changed();
  }

  /** The answer to a command: what it returns, or an error's text. */
  async ask(execute: string, args?: object): Promise<Message> {
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#child.stdin!.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
  }

  /** What a command returns. Throws if it cannot be done. */
  async run(execute: string, args?: object): Promise<unknown> {
    const answer = await this.ask(execute, args);
    if ('error' in answer) throw new Error(JSON.stringify(answer['error']));
    return answer['return'];
  }

  /** What the monitor for people prints. */
  async type(line: string): Promise<string> {
    return (await this.run('human-monitor-command', { 'command-line': line })) as string;
  }

  async status(): Promise<string> {
    return ((await this.run('query-status')) as { status: string }).status;
  }

  /** Waits for an event. */
  async event(name: string, holds: (data: Message) => boolean = () => true): Promise<void> {
    await this.#until(
      () => this.events.some((event) => event['event'] === name && holds((event['data'] ?? {}) as Message)),
      `event ${name}`,
    );
  }

  /** What the serial port has printed. */
  get printed(): string {
    return readFileSync(this.#serial!, 'latin1');
  }

  /** Waits until it has printed so many characters more. */
  async prints(count: number): Promise<void> {
    const before = this.printed.length;
    await this.until(() => this.printed.length >= before + count, `${count} characters`);
  }

  /** Looks again and again. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = performance.now() + 60_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`no ${what}; ${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    while (!holds()) {
      if (this.#child.exitCode !== null) throw new Error(`it ended without ${what}: ${this.stderr}`);
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }

  /** Waits for its end: the exit status. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#child.exitCode;
  }

  async quit(): Promise<number | null> {
    void this.ask('quit');
    return this.ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#closed;
  }
}
