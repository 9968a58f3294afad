import { Builder } from '../../ir/builder.ts';
import type { Guest } from '../../ir/guest.ts';

const UNKNOWN = 0;
const NO = 1;
const YES = 2;

const TRANSFERS = new Set(['branch', 'jump', 'jump_reg', 'exit']);

/**
 * Which of a guest's instructions may send control elsewhere than to the next one. It is found out
 * once for each, by lowering it as a template, so that code can be walked through without lowering it.
 */
export class Transfers {
  readonly #guest: Guest;
  readonly #known: Uint8Array;

  constructor(guest: Guest) {
    this.#guest = guest;
    this.#known = new Uint8Array(guest.instructions.length);
  }

  includes(instruction: number): boolean {
    const known = this.#known[instruction]!;
    if (known !== UNKNOWN) return known === YES;
    const definition = this.#guest.instructions[instruction]!;
    const builder = new Builder(true);
    builder.startInstruction(0, 0);
    definition.lower(
      builder,
      Object.fromEntries(definition.operands.map(({ name }) => [name, { name, value: undefined }])),
    );
    const is = definition.endsBlock || TRANSFERS.has(builder.unit.nodes.at(-1)!.op);
    this.#known[instruction] = is ? YES : NO;
    return is;
  }
}
