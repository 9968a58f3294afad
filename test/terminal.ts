/** A program on a terminal of its own, driven like a person would: read the screen, then type. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export class Terminal {
  /** Everything written so far. */
  screen = '';
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  /** What was looked at already; the next look starts after it. */
  #seen = 0;

  /** Starts a shell command; util-linux's `script` provides the terminal. */
  constructor(command: string, env: NodeJS.ProcessEnv = process.env) {
    this.#child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
      env: { ...env, TERM: 'vt100', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#closed = once(this.#child, 'close');
    // Typing to a program that has just ended is no failure; its status tells.
    this.#child.stdin!.on('error', () => {});
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.screen += text));
  }

  /** Waits until new output matches, and takes it for read up to there. */
  async expect(pattern: RegExp, seconds: number): Promise<RegExpExecArray> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const match = pattern.exec(this.screen.slice(this.#seen));
      if (match !== null) {
        this.#seen += match.index + match[0].length;
        return match;
      }
      const ended = this.#child.exitCode !== null;
      if (ended || performance.now() > deadline)
        throw new Error(
          `${ended ? 'ended' : `${seconds} s`} without ${pattern}; the screen ends:\n${this.screen.slice(-2000)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  type(text: string): void {
    this.#child.stdin!.write(text);
  }

  /** The status the program ended with. */
  async status(seconds: number): Promise<number> {
    const timer = setTimeout(() => this.kill(), seconds * 1000);
    await this.#closed;
    clearTimeout(timer);
    return this.#child.exitCode ?? -1;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
