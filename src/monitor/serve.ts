import { HmpSession } from './hmp-session.ts';
import { QmpSession } from './qmp-session.ts';
import type { SessionOptions } from './session.ts';
import type { MonitorTarget } from './target.ts';

/** The socket or terminal that a monitor is on. Character devices have this form. */
export interface MonitorPort {
  /** Somebody is there. */
  readonly open: boolean;
  attach(frontend: MonitorFrontend): void;
  detach(): void;
  /** False asks to wait for `drain`. */
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
}

export interface MonitorFrontend {
  data(bytes: Uint8Array): void;
  drain(): void;
  event(event: 'opened' | 'closed' | 'break' | 'focus' | 'blur'): void;
}

export interface MonitorOptions extends SessionOptions {
  readonly protocol: 'qmp' | 'hmp';
  /** The terminal is shared with a serial port, and is ours only between `focus` and `blur`. */
  readonly isShared?: boolean;
}

/** Puts a monitor on a port: a new session for whoever comes. Returns what takes it off again. */
export function serveMonitor(port: MonitorPort, target: MonitorTarget, options: MonitorOptions): () => void {
  const server = new Server(port, target, options);
  port.attach(server);
  if (port.open) server.event('opened');
  return () => {
    port.detach();
    server.event('closed');
  };
}

class Server implements MonitorFrontend {
  readonly #port: MonitorPort;
  readonly #target: MonitorTarget;
  readonly #options: MonitorOptions;
  #session: QmpSession | HmpSession | undefined;
  /** The client does not read what we write. */
  #isCongested = false;

  constructor(port: MonitorPort, target: MonitorTarget, options: MonitorOptions) {
    this.#port = port;
    this.#target = target;
    this.#options = options;
  }

  data(bytes: Uint8Array): void {
    const session = this.#session;
    if (session === undefined) return;
    const answered = session.feed(bytes);
    // A client that sends faster than it is answered, or never reads, must wait: the memory is ours.
    this.#regulate();
    void answered.then(() => this.#regulate());
  }

  drain(): void {
    this.#isCongested = false;
    this.#regulate();
  }

  event(event: 'opened' | 'closed' | 'break' | 'focus' | 'blur'): void {
    if (event === 'opened') this.#session ??= this.#open();
    else if (event === 'closed') {
      this.#session?.close();
      this.#session = undefined;
      this.drain();
    } else if (this.#session instanceof HmpSession) {
      if (event === 'focus') this.#session.focus();
      if (event === 'blur') this.#session.blur();
    }
  }

  #open(): QmpSession | HmpSession {
    const write = (bytes: Uint8Array): void => {
      if (!this.#port.write(bytes)) this.#isCongested = true;
    };
    if (this.#options.protocol === 'qmp') return new QmpSession(this.#target, { write }, this.#options);
    const encoder = new TextEncoder();
    const output = { write: (text: string): void => write(encoder.encode(text)) };
    return new HmpSession(this.#target, output, { ...this.#options, focus: this.#options.isShared !== true });
  }

  #regulate(): void {
    if (this.#isCongested || this.#session?.isBehind === true) this.#port.pause();
    else this.#port.resume();
  }
}
