import { VERSION } from '../base/version.ts';
import { CATALOG } from './commands/index.ts';
import { completions } from './hmp-completion.ts';
import { HmpShell } from './hmp-shell.ts';
import { LineEditor } from './line-editor.ts';
import type { MonitorOutput, SessionOptions } from './session.ts';
import type { MonitorTarget } from './target.ts';

/**
 * One person, or a program that plays one, at a terminal. It greets when it is first in focus: at once,
 * unless it is made without the focus for a terminal that it shares with a serial port.
 */
export class HmpSession {
  readonly #output: MonitorOutput;
  readonly #shell: HmpShell;
  readonly #editor: LineEditor;
  readonly #onBug: (error: unknown) => void;
  readonly #target: MonitorTarget;
  readonly #leave: () => void;
  readonly #unsubscribe: () => void;
  readonly #decoder = new TextDecoder();
  #hasGreeted = false;
  #isClosed = false;
  #isQuitting = false;
  /** What was typed while a command ran. */
  #typed: string[] = [];
  #isBusy = false;
  #work: Promise<void> | undefined;

  constructor(target: MonitorTarget, output: MonitorOutput, options: SessionOptions & { focus?: boolean } = {}) {
    this.#output = output;
    this.#onBug = options.onBug ?? (() => {});
    const catalog = options.catalog ?? CATALOG;
    this.#editor = new LineEditor((text) => this.#write(text), {
      complete: (line) => completions(line, target, catalog),
      prompt: PROMPT,
    });
    this.#shell = new HmpShell({ target, catalog }, undefined, () => this.#editor.history);
    this.#target = target;
    this.#leave = target.activity.arrive();
    this.#unsubscribe = target.subscribe((event) => {
      if (event.name === 'SHUTDOWN' && event.data.reason === 'host-qmp-quit') this.#isQuitting = true;
    });
    if (options.focus ?? true) this.focus();
  }

  /** The terminal is ours now. */
  focus(): void {
    if (!this.#hasGreeted) this.#print(`Tinamou ${VERSION} monitor - type 'help' for more information\n`);
    this.#hasGreeted = true;
    this.#editor.clear();
    this.#write(PROMPT);
  }

  /** The terminal is somebody else's now. */
  blur(): void {
    this.#print('\n');
  }

  /** So much was typed while a command ran that no more should be read. */
  get isBehind(): boolean {
    return this.#typed.length >= MAX_TYPED;
  }

  /** What is typed; borrowed for the call. Resolves when all lines in it are done. Never throws, never rejects. */
  async feed(chunk: Uint8Array | string): Promise<void> {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: true });
    for (const character of text) this.#typed.push(character);
    if (!this.#isBusy) this.#work = this.#takeTyped();
    await this.#work;
  }

  /** The terminal is gone. */
  close(): void {
    this.#isClosed = true;
    this.#typed = [];
    this.#leave();
    this.#unsubscribe();
  }

  async #takeTyped(): Promise<void> {
    this.#isBusy = true;
    for (let next = this.#typed.shift(); next !== undefined && !this.#isQuitting; next = this.#typed.shift()) {
      const line = this.#editor.take(next);
      if (line === undefined) continue;
      this.#target.activity.lines++;
      this.#target.traces.emit('handle_hmp_command', () => line);
      const text = this.#run(line);
      this.#print(text instanceof Promise ? await text : text);
      if (!this.#isQuitting) this.#write(PROMPT);
    }
    this.#isBusy = false;
  }

  #run(line: string): Promise<string> | string {
    const explain = (error: unknown): string => {
      this.#onBug(error);
      return `internal error: ${String(error)}\n`;
    };
    try {
      const text = this.#shell.execute(line);
      return text instanceof Promise ? text.catch(explain) : text;
    } catch (error) {
      return explain(error);
    }
  }

  #print(text: string): void {
    this.#write(text.replaceAll('\n', '\r\n'));
  }

  #write(text: string): void {
    if (text !== '' && !this.#isClosed) this.#output.write(text);
  }
}

/** Programs wait for it. */
const PROMPT = '(qemu) ';
const MAX_TYPED = 4096;
