import type { Node, StateRef } from '../node.ts';
import type { Pass } from './pass.ts';
import type { Rewriter } from './rewriter.ts';
import { forgetFields, stateKey } from './state-key.ts';

/** What elements of state are known to hold. */
type Values = Map<number, Node>;

/** What is known at a place of a unit. */
class Held {
  #values: Values = new Map();
  /** For each if around the place: what held before it, and at the end of its first arm. */
  readonly #outer: { before: Values; first: Values | undefined }[] = [];

  get(state: StateRef): Node | undefined {
    return this.#values.get(stateKey(state));
  }
  set(state: StateRef, value: Node): void {
    this.#values.set(stateKey(state), value);
  }
  forget(fields: readonly string[]): void {
    forgetFields(this.#values, fields);
  }

  if(): void {
    this.#outer.push({ before: new Map(this.#values), first: undefined });
  }
  else(): void {
    const outer = this.#outer.at(-1)!;
    outer.first = this.#values;
    this.#values = new Map(outer.before);
  }
  /** What holds now and held before was seen by both arms; what is made inside of them is not seen after them. */
  end(): void {
    const { before, first = before } = this.#outer.pop()!;
    const last = this.#values;
    const same = [...before].filter(([key, value]) => last.get(key) === value && first.get(key) === value);
    this.#values = new Map(same);
  }
}

const held = new WeakMap<Rewriter, Held>();
function heldIn(g: Rewriter): Held {
  let known = held.get(g);
  if (known === undefined) held.set(g, (known = new Held()));
  return known;
}

/**
 * Reads of what was written or read before are the value. The builder does so, too, in a straight
 * line; this looks through ifs.
 */
export const copies: Pass = {
  doc: 'registers are not read again after an if that leaves them as they were, nor written with what they hold',
  rules: {
    get: (g, node) => {
      const state = node.attributes.state!;
      if (state.operand !== undefined) return undefined;
      const known = heldIn(g).get(state);
      if (known !== undefined && known.type === node.type) return known;
      heldIn(g).set(state, node);
      return undefined;
    },
    set: (g, { args: [value], attributes }) => {
      const state = attributes.state!;
      if (state.operand !== undefined) heldIn(g).forget([state.field]);
      else if (heldIn(g).get(state) === value) return value;
      else heldIn(g).set(state, value!);
      return undefined;
    },
    fp: (g) => heldIn(g).forget(['fflags']),
    call: (g, { attributes }) => heldIn(g).forget(attributes.helper!.writes),
    if: (g) => heldIn(g).if(),
    else: (g) => heldIn(g).else(),
    end: (g) => heldIn(g).end(),
  },
};
