import { UserError } from '../base/errors.ts';
import type { CharBackend, CharEvent, CharFrontend } from './backend.ts';

/**
 * What all back ends share: the front end's seat, and input that waits while nobody sits there or
 * the front end has paused.
 *
 *     free --attach--> attached --pause--> paused
 *       ^----detach-------+  ^----resume-----+
 */
export abstract class Chardev implements CharBackend {
  readonly label: string;
  #frontend: CharFrontend | undefined;
  #paused = false;
  #open = false;
  /** The front end knows that the peer is there. */
  #toldOpen = false;
  #closed = false;
  #waiting: Uint8Array[] = [];

  constructor(label: string) {
    this.label = label;
  }

  abstract get filename(): string;

  get open(): boolean {
    return this.#open;
  }

  get frontendOpen(): boolean {
    return this.#frontend !== undefined;
  }

  /** Bytes of input that wait for the front end. */
  get held(): number {
    return this.#waiting.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  attach(frontend: CharFrontend): void {
    if (this.#frontend !== undefined) {
      throw new UserError(`Device '${this.label}' is in use; give each user a chardev of its own or add mux=on`);
    }
    this.#frontend = frontend;
    this.#paused = false;
    this.#toldOpen = false;
    queueMicrotask(() => {
      if (this.#frontend !== frontend) return;
      if (this.#open && !this.#toldOpen) this.#tellOpen(true);
      this.#flow();
    });
  }

  detach(): void {
    this.#frontend = undefined;
    this.pauseInput();
  }

  write(bytes: Uint8Array): boolean {
    return this.#closed || bytes.length === 0 ? true : this.send(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.pauseInput();
  }

  resume(): void {
    this.#paused = false;
    queueMicrotask(() => this.#flow());
  }

  sendBreak(): void {
    this.tell('break');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.end();
  }

  /** Output for the peer, which may be absent. */
  protected abstract send(bytes: Uint8Array): boolean;

  /** Lets the last output leave and gives the peer up. */
  protected abstract end(): Promise<void>;

  /** Stops and starts the source of input, where that is possible; what still comes is kept. */
  protected pauseInput(): void {}

  protected resumeInput(): void {}

  /** Nobody takes input now. */
  protected get blocked(): boolean {
    return this.#frontend === undefined || this.#paused;
  }

  protected receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#waiting.push(bytes.slice());
    this.#flow();
  }

  protected drained(): void {
    this.#frontend?.drain?.();
  }

  protected tell(event: CharEvent): void {
    this.#frontend?.event?.(event);
  }

  protected setOpen(open: boolean): void {
    if (this.#open === open) return;
    this.#open = open;
    this.#tellOpen(open);
  }

  #tellOpen(open: boolean): void {
    this.#toldOpen = open;
    this.tell(open ? 'opened' : 'closed');
  }

  #flow(): void {
    while (!this.blocked && this.#waiting.length > 0) this.#frontend?.data(this.#waiting.shift()!);
    if (!this.blocked && !this.#closed) this.resumeInput();
  }
}
