import { Builder, type Operand } from '../ir/builder.ts';
import type { Decoded, Guest, GuestInstruction } from '../ir/guest.ts';

const PAGE = 4096;
const TRANSFERS: readonly string[] = ['branch', 'jump', 'jump_reg', 'exit'];

/** Finds how far straight lines of guest code go, for who runs them one by one. */
export class BlockLengths {
  readonly #guest: Guest;
  readonly #parcelAt: (host: number) => number;
  readonly #decoded: Decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };
  /** Whether an instruction may transfer control, by its index, once that was asked. */
  readonly #ends: (boolean | undefined)[] = [];

  constructor(guest: Guest, parcelAt: (host: number) => number) {
    this.#guest = guest;
    this.#parcelAt = parcelAt;
  }

  /**
   * Instructions from a host address up to and with the first that may transfer control or reaches
   * the end of the page.
   */
  at(host: number): number {
    const guest = this.#guest;
    const end = host - (host % PAGE) + PAGE;
    let count = 0;
    for (let at = host; at < end; count++) {
      const length = guest.lengthOf(this.#parcelAt(at));
      // One that goes on in the next page is a block of its own.
      if (at + length > end) return Math.max(1, count);
      if (this.#endsBlock(this.#wordAt(at, length))) return count + 1;
      at += length;
    }
    return count;
  }

  #wordAt(host: number, length: number): number {
    const { parcel } = this.#guest;
    let word = 0;
    for (let at = 0; at < length; at += parcel) word |= this.#parcelAt(host + at) << (8 * at);
    return word;
  }

  #endsBlock(word: number): boolean {
    this.#guest.decode(word, this.#decoded);
    const { instruction } = this.#decoded;
    return (this.#ends[instruction] ??= endsBlock(this.#guest.instructions[instruction]!));
  }
}

function endsBlock(instruction: GuestInstruction): boolean {
  const builder = new Builder(true);
  const operands = instruction.operands.map(({ name }): [string, Operand] => [name, { name, value: undefined }]);
  builder.startInstruction(0, 0);
  instruction.lower(builder, Object.fromEntries(operands));
  return instruction.endsBlock || builder.unit.nodes.some(({ op }) => TRANSFERS.includes(op));
}
