import { BugError } from '../base/errors.ts';
import type { CharBackend } from './backend.ts';
import { Chardev } from './chardev.ts';
import { muxHelp, timestamp } from './mux-text.ts';
import type { CharEnv } from './kind.ts';

export interface MuxOptions {
  /** The key before a command, Ctrl-A unless -echr says otherwise. */
  readonly escape: number;
  /** The user asked for the end. */
  quit(): void;
}

const encoder = new TextEncoder();
const NEWLINE = 10;
/** Input kept for a front end that does not read: beyond it the terminal has to wait. */
const LIMIT = 1 << 16;

/**
 * One terminal for several front ends, say a serial line and a monitor. All of them write; what the
 * user types goes to the one in focus. The escape key followed by a letter is a command to the
 * multiplexer (`muxHelp` lists them), by itself once more a plain key.
 */
export class MuxChardev {
  readonly label: string;
  readonly #base: CharBackend;
  readonly #options: MuxOptions;
  readonly #env: CharEnv;
  readonly #ports: MuxPort[] = [];
  #focus: MuxPort | undefined;
  #escaped = false;
  /** When timestamps began, in ns; undefined while they are off. */
  #stampsFrom: number | undefined;
  #atLineStart = true;

  constructor(label: string, base: CharBackend, options: MuxOptions, env: CharEnv) {
    this.label = label;
    this.#base = base;
    this.#options = options;
    this.#env = env;
    base.attach({
      data: (bytes) => this.#receive(bytes),
      drain: () => {
        for (const port of this.#ports) port.baseDrained();
      },
      event: (event) => {
        for (const port of this.#ports) port.baseEvent(event);
      },
    });
  }

  /** A seat for one more front end. The first has the focus until another asks for it. */
  port({ focus = false }: { focus?: boolean } = {}): CharBackend {
    const port = new MuxPort(this, this.#base.open);
    this.#ports.push(port);
    if (focus || this.#focus === undefined) this.#setFocus(port);
    return port;
  }

  /** A seat is in use. */
  get frontendOpen(): boolean {
    return this.#ports.some((port) => port.frontendOpen);
  }

  /** For the one in focus. */
  sendBreak(): void {
    this.#focus?.baseEvent('break');
  }

  close(): Promise<void> {
    return this.#base.close();
  }

  /** For the ports: output of any of them. */
  output(bytes: Uint8Array): boolean {
    if (this.#stampsFrom === undefined) {
      this.#atLineStart = bytes.at(-1) === NEWLINE;
      return this.#base.write(bytes);
    }
    let welcome = true;
    for (let start = 0; start < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline + 1;
      if (this.#atLineStart) this.#say(timestamp(this.#env.host.clock.now() - this.#stampsFrom));
      welcome = this.#base.write(bytes.subarray(start, end));
      this.#atLineStart = newline >= 0;
      start = end;
    }
    return welcome;
  }

  /** For the ports: how much input one holds has changed. */
  held(): void {
    if (this.#ports.some((port) => port.held > LIMIT)) this.#base.pause();
    else this.#base.resume();
  }

  #receive(bytes: Uint8Array): void {
    const plain: number[] = [];
    for (const byte of bytes) {
      if (this.#escaped) {
        this.#escaped = false;
        if (byte === this.#options.escape) {
          plain.push(byte);
        } else {
          this.#pass(plain);
          this.#command(String.fromCharCode(byte));
        }
      } else if (byte === this.#options.escape) {
        this.#escaped = true;
      } else {
        plain.push(byte);
      }
    }
    this.#pass(plain);
  }

  #pass(plain: number[]): void {
    if (plain.length > 0) this.#focus?.input(Uint8Array.from(plain));
    plain.length = 0;
  }

  #command(key: string): void {
    switch (key) {
      case 'h':
      case '?':
        this.#say(muxHelp(this.#options.escape));
        break;
      case 'x':
        this.#say('\r\nTinamou: ended from the keyboard\r\n');
        this.#options.quit();
        break;
      case 'c':
        this.#switch();
        break;
      case 't':
        this.#stampsFrom = this.#stampsFrom === undefined ? this.#env.host.clock.now() : undefined;
        break;
      case 'b':
        this.sendBreak();
        break;
    }
  }

  #say(text: string): void {
    this.#base.write(encoder.encode(text));
  }

  #switch(): void {
    if (this.#focus === undefined) return;
    const next = this.#ports[(this.#ports.indexOf(this.#focus) + 1) % this.#ports.length];
    if (next === undefined) throw new BugError('a focus without ports');
    if (next !== this.#focus) this.#setFocus(next);
  }

  #setFocus(port: MuxPort): void {
    this.#focus?.baseEvent('blur');
    this.#focus = port;
    port.baseEvent('focus');
  }
}

/** A seat at the multiplexer. */
class MuxPort extends Chardev {
  readonly filename = 'mux';
  readonly #mux: MuxChardev;

  constructor(mux: MuxChardev, open: boolean) {
    super(mux.label);
    this.#mux = mux;
    this.setOpen(open);
  }

  input(bytes: Uint8Array): void {
    this.receive(bytes);
    this.#mux.held();
  }

  baseDrained(): void {
    this.drained();
  }

  baseEvent(event: Parameters<Chardev['tell']>[0]): void {
    if (event === 'opened' || event === 'closed') this.setOpen(event === 'opened');
    else this.tell(event);
  }

  protected send(bytes: Uint8Array): boolean {
    return this.#mux.output(bytes);
  }

  protected override resumeInput(): void {
    this.#mux.held();
  }

  /** The others may still be there: the multiplexer closes the terminal. */
  protected async end(): Promise<void> {}
}
