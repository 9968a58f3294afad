import type { CharLink } from '../host/char-link.ts';
import type { Timers } from '../host/timers.ts';
import type { CharBackend } from './backend.ts';

/** After output, how long before the pump looks for more instead of going to sleep. */
const LINGER_MS = 1;
/** Chunks in a row before others get their turn. */
const BURST = 16;

export interface PumpOptions {
  readonly timers: Timers;
  /** The device should look: input, room for output, or an event. */
  kick(): void;
}

/**
 * Carries bytes between a back end, here on the main thread, and a device's rings. While output
 * comes in, it looks every millisecond rather than sleeping, so that a device that prints byte by
 * byte pays for few wake-ups.
 */
export class CharPump {
  #backend: CharBackend;
  readonly #link: CharLink;
  readonly #options: PumpOptions;
  #input: Uint8Array[] = [];
  #waitsForRoom = false;
  #drained: (() => void) | undefined;
  /** Ends a wait for more output. */
  #lingered: (() => void) | undefined;
  #stopping = false;
  readonly #running: Promise<void>;

  /** Attaches to the back end at once. */
  constructor(backend: CharBackend, link: CharLink, options: PumpOptions) {
    this.#backend = backend;
    this.#link = link;
    this.#options = options;
    this.#join(backend);
    this.#running = this.#run();
  }

  /** Changes over to another back end, while the device goes on. */
  replace(backend: CharBackend): void {
    this.#backend.detach();
    this.#backend = backend;
    this.#join(backend);
    this.#drained?.();
    this.#options.kick();
  }

  #join(backend: CharBackend): void {
    const link = this.#link;
    link.open = backend.open;
    backend.attach({
      data: (bytes) => this.#receive(bytes),
      drain: () => this.#drained?.(),
      event: (event) => {
        if (event === 'focus' || event === 'blur') return;
        if (event === 'break') link.addBreak();
        else link.open = event === 'opened';
        this.#options.kick();
      },
    });
  }

  /** For when the device has stopped: the last of its output goes to the back end. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#link.output.data.ring();
    this.#link.input.space.ring();
    this.#drained?.();
    this.#lingered?.();
    await this.#running;
    this.#backend.detach();
  }

  #receive(bytes: Uint8Array): void {
    this.#input.push(bytes.slice());
    if (!this.#waitsForRoom) void this.#fill();
  }

  async #fill(): Promise<void> {
    const ring = this.#link.input;
    this.#waitsForRoom = true;
    for (let first = this.#input[0]; first !== undefined && !this.#stopping; first = this.#input[0]) {
      const seen = ring.space.sample();
      const count = ring.write(first);
      if (count > 0) this.#options.kick();
      if (count === first.length) {
        this.#input.shift();
      } else {
        this.#input[0] = first.subarray(count);
        this.#backend.pause();
        await ring.space.waitAsync(seen);
      }
    }
    this.#waitsForRoom = false;
    if (!this.#stopping) this.#backend.resume();
  }

  async #run(): Promise<void> {
    const ring = this.#link.output;
    const chunk = new Uint8Array(ring.capacity);
    let idle = true;
    for (let burst = 0; ; burst++) {
      const seen = ring.data.sample();
      const count = ring.read(chunk);
      if (count > 0) {
        idle = false;
        await this.#pass(chunk.subarray(0, count));
        if (burst % BURST !== 0 && count > ring.capacity / 4) continue;
        if (!this.#stopping) await this.#linger();
      } else if (this.#stopping) {
        return;
      } else if (idle) {
        await ring.data.waitAsync(seen);
      } else {
        idle = true;
      }
    }
  }

  /** Lets more gather; cut short when the device stops, for the timer keeps no process alive. */
  async #linger(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#lingered = resolve;
      this.#options.timers.after(LINGER_MS, resolve);
    });
    this.#lingered = undefined;
  }

  async #pass(bytes: Uint8Array): Promise<void> {
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    const welcome = this.#backend.write(bytes);
    if (this.#link.takeWantsSpace()) this.#options.kick();
    if (!welcome && !this.#stopping) await drained;
    this.#drained = undefined;
  }
}
