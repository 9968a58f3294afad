/** Well-typed units made of numbers, which fast-check chooses and makes smaller. */
import { Builder, DEFAULT_ACCESS } from '../../builder.ts';
import type { Node, Unit } from '../../node.ts';
import { definitionOf, type HelperDefinition, type OpName } from '../../ops.ts';
import { BITS, type Type } from '../../types.ts';

/** One operation: what it is, and three choices of arguments and attributes. */
export type Choice = readonly [kind: number, first: number, second: number, third: number];

const INTEGERS: readonly Type[] = ['i64', 'i32', 'i64', 'i32', 'i16', 'i8'];

const ARITHMETIC = ['add', 'sub', 'mul', 'and', 'or', 'xor'] as const;
const COMPARISONS = ['eq', 'ne', 'lt_s', 'lt_u', 'le_s', 'le_u'] as const;
const SHIFTS = ['shl', 'shr_u', 'shr_s'] as const;
const WORDS = ['rotl', 'rotr', 'mulhi_s', 'mulhi_u', 'mulhi_su', 'clz', 'ctz', 'popcnt', 'bswap'] as const;
const DIVISIONS = ['div_u', 'rem_u', 'div_s', 'rem_s'] as const;

const helper = (name: string, reads: readonly string[], writes: readonly string[]): HelperDefinition => ({
  name,
  args: ['i64'],
  result: 'i64',
  reads,
  writes,
  faults: false,
  raises: false,
  exits: false,
  counts: false,
  doc: 'For tests.',
});
/** One that looks at nothing, one that looks at y, one that changes y, and one that may leave. */
export const HELPERS: readonly HelperDefinition[] = [
  helper('ask', [], []),
  helper('look', ['y'], []),
  helper('change', [], ['y']),
  { ...helper('leave', [], []), faults: true, exits: true },
];

const pick = <T>(from: readonly T[], choice: number): T => from[choice % from.length]!;

class RandomUnit {
  readonly #g = new Builder();
  /** Values that may be used, by nested if. */
  readonly #scopes: Node[][] = [[]];
  readonly #arms: ('if' | 'else')[] = [];

  make(choices: readonly Choice[]): Unit {
    this.#g.startInstruction(0, 4);
    for (const choice of choices) this.#add(choice);
    while (this.#arms.length > 0) this.#close();
    return this.#g.unit;
  }

  #keep(node: Node): Node {
    this.#scopes.at(-1)!.push(node);
    return node;
  }

  /** Some value of a type: often the last one, else a register or a constant. */
  #value(type: Type, choice: number): Node {
    const known = this.#scopes.flat().filter((node) => node.type === type);
    if (known.length > 0 && choice % 8 < 6) return known[Math.max(0, known.length - 1 - ((choice >> 3) % 8))]!;
    if (choice % 8 === 6) return this.#g.const(type, this.#number(type, choice >> 3));
    const whole = this.#g.emit('get', 'i64', [], { state: this.#state(choice >> 3) });
    return this.#keep(type === 'i64' ? whole : this.#g.trunc(whole, type));
  }
  #number(type: Type, choice: number): bigint {
    const bits = BITS[type];
    const power = 1n << BigInt(choice % bits);
    const near = pick(
      [0n, -1n, 1n, power, power - 1n, -power, ~power, BigInt(choice), 0xffn, 0xffff_ffffn],
      choice >> 6,
    );
    return BigInt.asIntN(bits, near);
  }
  #state(choice: number): { field: string; index: number; operand: undefined } {
    return { field: pick(['x', 'y'], choice), index: (choice >> 1) % 3, operand: undefined };
  }

  #close(): void {
    if (this.#arms.pop() === undefined) return;
    this.#scopes.pop();
    this.#g.emit('end', undefined, []);
  }

  #add([kind, first, second, third]: Choice): void {
    const g = this.#g;
    const type = pick(INTEGERS, third);
    const word = pick(['i32', 'i64'] as const, third);
    const binary = (op: OpName, own: Type, result = own): void =>
      void this.#keep(g.emit(op, result, [this.#value(own, first), this.#value(own, second)]));
    const by = (own: Type, amount: number): Node => g.const(own, amount % BITS[own]);
    switch (kind % 26) {
      case 0:
      case 1:
      case 2:
        return binary(pick(ARITHMETIC, kind >> 5), type);
      case 3:
      case 4:
        return binary(pick(COMPARISONS, kind >> 5), type, 'i32');
      case 5:
        return binary(pick(SHIFTS, kind >> 5), type);
      case 6:
      case 7:
      case 8: {
        const value = this.#value(type, first);
        this.#keep(g.emit(pick(SHIFTS, kind >> 5), type, [value, by(type, second)]));
        return;
      }
      case 9: {
        const op = pick(WORDS, kind >> 5);
        const args = definitionOf(op).args.map((_, i) => this.#value(word, i === 0 ? first : second));
        this.#keep(g.emit(op, word, args));
        return;
      }
      case 10: {
        // A divisor that always has a quotient.
        const divisor = g.or(g.extractU(this.#value(word, second), 3, 7), g.const(word, 1));
        this.#keep(g.emit(pick(DIVISIONS, kind >> 5), word, [this.#value(word, first), divisor]));
        return;
      }
      case 11: {
        const condition = this.#value('i32', third >> 3);
        this.#keep(g.select(condition, this.#value(type, first), this.#value(type, second)));
        return;
      }
      case 12:
      case 13: {
        const wide = this.#value(pick(['i32', 'i64'], kind >> 5), first);
        const narrow = pick(INTEGERS, second);
        if (BITS[narrow] < BITS[wide.type!]) this.#keep(g.trunc(wide, narrow));
        return;
      }
      case 14:
      case 15:
      case 16: {
        const narrow = this.#value(pick(['i32', 'i32', 'i16', 'i8'], kind >> 6), first);
        const wide = pick(INTEGERS, second);
        if (BITS[narrow.type!] >= BITS[wide]) return;
        this.#keep((kind >> 5) % 2 === 0 ? g.extendS(narrow, wide) : g.extendU(narrow, wide));
        return;
      }
      case 17: {
        const start = second % BITS[word];
        const length = 1 + ((third >> 1) % (BITS[word] - start));
        const value = this.#value(word, first);
        const choice = kind >> 5;
        if (choice % 3 === 2) this.#keep(g.deposit(value, this.#value(word, second), start, length));
        else this.#keep(choice % 3 === 0 ? g.extractU(value, start, length) : g.extractS(value, start, length));
        return;
      }
      case 18: {
        // Two shifts that may be a rotation or a field.
        const value = this.#value(word, first);
        const again = (kind >> 5) % 8 === 0 ? this.#value(word, second) : value;
        const amount = second % BITS[word];
        const rest = third % 8 === 0 ? third >> 3 : BITS[word] - amount;
        const left = g.emit('shl', word, [value, by(word, amount)]);
        if ((kind >> 5) % 3 === 0) this.#keep(g.emit(pick(SHIFTS, kind >> 8), word, [left, by(word, third >> 4)]));
        const right = g.emit(pick(['shr_u', 'shr_u', 'shr_s'], kind >> 8), word, [again, by(word, rest)]);
        const [a, b] = word === 'i32' && third % 4 === 0 ? [g.extendS(left), g.extendS(right)] : [left, right];
        this.#keep(g.emit(pick(['or', 'add', 'xor'], kind >> 6), a.type, [b, a]));
        return;
      }
      case 19:
      case 20:
        g.emit('set', 'i64', [this.#value('i64', first)], { state: this.#state(second) });
        return;
      case 21: {
        const access = { ...DEFAULT_ACCESS, size: pick([1, 2, 4, 8].slice(0, word === 'i64' ? 4 : 3), kind >> 5) };
        this.#keep(
          g.emit('load', word, [this.#value('i64', first)], { access: { ...access, signed: second % 2 === 0 } }),
        );
        return;
      }
      case 22: {
        const value = this.#value(type, second);
        const size = pick([1, 2, 4, 8], kind >> 5);
        g.store(this.#value('i64', first), value, { size: Math.min(size, BITS[type] / 8) });
        return;
      }
      case 23:
        if ((kind >> 5) % 3 === 0) this.#keep(g.emit('pc', 'i64', [], { value: second - 500 }));
        else this.#keep(g.call(pick(HELPERS, second), this.#value('i64', first)));
        return;
      case 24:
        if ((kind >> 5) % 4 === 0) g.emit('branch', undefined, [this.#value('i32', first)], { target: second });
        else if ((kind >> 5) % 4 === 1) g.emit('insn_start', undefined, [], { value: second, length: 4 });
        else if (this.#arms.at(-1) === 'if') {
          g.emit('else', undefined, []);
          this.#arms[this.#arms.length - 1] = 'else';
          this.#scopes[this.#scopes.length - 1] = [];
        }
        return;
      default:
        if ((kind >> 5) % 3 !== 0 || this.#arms.length > 2) return this.#close();
        g.emit('if', undefined, [this.#value('i32', first)]);
        this.#arms.push('if');
        this.#scopes.push([]);
    }
  }
}

export const randomUnit = (choices: readonly Choice[]): Unit => new RandomUnit().make(choices);
