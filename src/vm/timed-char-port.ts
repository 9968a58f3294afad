import { ByteRing } from '../host/byte-ring.ts';
import type { CharLink } from '../host/char-link.ts';
import type { CharPort } from '../hw/backends.ts';
import type { Arena } from '../mem/arena.ts';
import { structSection, type Section } from '../mem/section.ts';
import { struct } from '../mem/struct.ts';

/** What came from the other end of a character device's link. */
export type Arrival =
  | { readonly kind: 'input'; readonly bytes: Uint8Array }
  | { readonly kind: 'open'; readonly isOpen: boolean }
  | { readonly kind: 'break' };

/**
 * A character device's view of its back end where time is counted in instructions. What comes in is there
 * from the instant at which it is let in; what goes out always finds room, and who sent much waits before
 * the next instruction. So the guest sees nothing of how fast the host is.
 *
 * In shared memory: words 0 open, 1 breaks let in and not taken; from byte 64 the bytes let in and not read.
 */
export class TimedCharPort implements CharPort {
  /** What the guest sends is dropped: it was sent before. */
  isMuted = false;
  /** What is saved: what was let in and not read. */
  readonly section: Section;
  readonly #link: CharLink;
  readonly #words: Int32Array;
  readonly #input: ByteRing;
  readonly #crowded: () => void;
  /** Sent by one instruction, more than the link has room for. */
  readonly #overflow: number[] = [];

  /** `crowded`: called when the guest should wait before it goes on. */
  constructor(link: CharLink, arena: Arena, crowded: () => void) {
    const { buffer } = arena.memory;
    const address = arena.allocate(64 + ByteRing.bytes(CAPACITY));
    this.#link = link;
    this.#words = new Int32Array(buffer, address, 2);
    this.#input = new ByteRing(buffer, address + 64, CAPACITY);
    this.#crowded = crowded;
    const memory = arena.memory;
    const own = structSection('timed-char', 1, { fields: LetIn.fields, memory, address });
    this.section = {
      ...own,
      fields: [
        ...own.fields,
        { name: 'bytes', type: 'u8', length: CAPACITY },
        { name: 'count', type: 'u32', length: 1 },
      ],
      save: () => this.#save(own.save()),
      load: (bytes) => {
        own.load(bytes.subarray(0, LetIn.size));
        this.#loadInput(bytes.subarray(LetIn.size));
      },
    };
  }

  #save(own: Uint8Array): Uint8Array {
    const saved = new Uint8Array(LetIn.size + CAPACITY + 4);
    saved.set(own);
    const count = this.#input.peek(saved.subarray(LetIn.size, LetIn.size + CAPACITY));
    new DataView(saved.buffer).setUint32(LetIn.size + CAPACITY, count, true);
    return saved;
  }

  #loadInput(saved: Uint8Array): void {
    const count = new DataView(saved.buffer, saved.byteOffset).getUint32(CAPACITY, true);
    this.#input.clear();
    this.#input.write(saved.subarray(0, Math.min(count, CAPACITY)));
  }

  get open(): boolean {
    return this.#words[OPEN] === 1;
  }
  canWrite(): boolean {
    return true;
  }
  write(byte: number): void {
    if (this.isMuted) return;
    const { output } = this.#link;
    if (this.#overflow.length > 0 || !output.writeByte(byte)) this.#overflow.push(byte);
    if (output.free() < output.capacity / 2) this.#crowded();
  }
  available(): number {
    return this.#input.available();
  }
  read(): number {
    return this.#input.readByte();
  }
  takeBreak(): boolean {
    const breaks = this.#words[BREAKS]!;
    this.#words[BREAKS] = 0;
    return breaks > 0;
  }

  /** The guest has to wait until the host took more; then the back end kicks. */
  isCrowded(): boolean {
    const { output } = this.#link;
    const rest = this.#overflow;
    rest.splice(0, output.write(Uint8Array.from(rest.slice(0, output.capacity))));
    const isCrowded = (): boolean => rest.length > 0 || output.free() < output.capacity / 2;
    if (!isCrowded()) return false;
    this.#link.wantSpace();
    // It may have taken some before it saw that.
    return isCrowded();
  }

  /** Something has come that could be let in. */
  get hasArrival(): boolean {
    const link = this.#link;
    return link.open !== this.open || link.hasBreak || (link.input.available() > 0 && this.#input.free() === CAPACITY);
  }

  /** The next of what has come, which is thereby taken from the link. */
  takeArrival(): Arrival | undefined {
    const link = this.#link;
    if (link.open !== this.open) return { kind: 'open', isOpen: link.open };
    if (link.takeBreak()) return { kind: 'break' };
    if (this.#input.free() < CAPACITY) return undefined;
    const bytes = new Uint8Array(Math.min(link.input.available(), CAPACITY));
    return link.input.read(bytes) > 0 ? { kind: 'input', bytes } : undefined;
  }

  /** What came is there for the guest. */
  admit(arrival: Arrival): void {
    switch (arrival.kind) {
      case 'open':
        this.#words[OPEN] = arrival.isOpen ? 1 : 0;
        break;
      case 'break':
        this.#words[BREAKS]!++;
        break;
      case 'input':
        this.#input.write(arrival.bytes);
    }
  }
}

const CAPACITY = 4096;
/** Before the bytes. */
const LetIn = struct({ open: 'u32', breaks: 'u32' });
const OPEN = 0;
const BREAKS = 1;
