import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A native QEMU whose devices are driven through its qtest protocol; its CPUs never run. */
export class NativeQtest implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(args: readonly string[]) {
    const common = [
      '-S',
      '-display',
      'none',
      '-serial',
      'null',
      '-monitor',
      'none',
      '-bios',
      'none',
      '-qtest',
      'stdio',
    ];
    this.#child = spawn('qemu-system-riscv64', ['-M', 'virt', ...common, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Sends commands; returns what follows OK in each answer. */
  async run(commands: readonly string[]): Promise<string[]> {
    this.#child.stdin!.write(`${commands.join('\n')}\n`);
    const answers: string[] = [];
    while (answers.length < commands.length) {
      const { value, done } = await this.#lines.next();
      if (done === true) throw new Error(`QEMU ended after "${commands[answers.length - 1]}"`);
      // Lines in brackets are the log.
      if (value.startsWith('[')) continue;
      if (!value.startsWith('OK')) throw new Error(`${commands[answers.length]}: ${value}`);
      answers.push(value.slice(3));
    }
    return answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin!.end();
    this.#child.kill('SIGKILL');
    await new Promise((resolve) => (this.#child.exitCode === null ? this.#child.once('close', resolve) : resolve(0)));
  }
}
