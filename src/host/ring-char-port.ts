import type { CharLink } from './char-link.ts';

/** A character device's view of its back end: what `CharPort` of the device models asks for. */
export class RingCharPort {
  readonly #link: CharLink;

  constructor(link: CharLink) {
    this.#link = link;
  }

  /** A peer is there. */
  get open(): boolean {
    return this.#link.open;
  }

  /** There is room for a byte. If not, the machine is kicked once there is. */
  canWrite(): boolean {
    return this.#link.canWrite();
  }

  /** False if there is no room, and the byte is dropped. */
  write(byte: number): boolean {
    return this.#link.output.writeByte(byte);
  }

  /** Bytes that wait to be read. */
  available(): number {
    return this.#link.input.available();
  }

  /** The next byte, or -1. */
  read(): number {
    return this.#link.input.readByte();
  }

  /** A line break has come in since the last call. */
  takeBreak(): boolean {
    return this.#link.takeBreak();
  }
}
