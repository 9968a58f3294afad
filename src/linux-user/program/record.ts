import type { Arena } from '../../mem/arena.ts';
import { bytesOf } from '../scratch.ts';
import type { InitialStack } from './stack.ts';

const MOST_PATH = 4096;
const WORDS = [
  'codeStart',
  'codeEnd',
  'argumentsStart',
  'argumentsEnd',
  'environmentEnd',
  'auxiliary',
  'auxiliaryLength',
  'pointer',
  'pathLength',
] as const;

/** What the kernel remembers of the program that a process runs, for /proc; in memory that threads share. */
export class ProgramRecord {
  readonly #words: Float64Array;
  readonly #path: Uint8Array;

  constructor(arena: Arena) {
    const { buffer } = arena.memory;
    this.#words = new Float64Array(buffer, arena.allocate(8 * WORDS.length), WORDS.length);
    this.#path = new Uint8Array(buffer, arena.allocate(MOST_PATH), MOST_PATH);
  }

  set(path: string, stack: InitialStack, code: { readonly start: number; readonly end: number }): void {
    const bytes = bytesOf(path).subarray(0, MOST_PATH);
    this.#path.set(bytes);
    const values = { ...stack, codeStart: code.start, codeEnd: code.end, pathLength: bytes.length };
    WORDS.forEach((name, index) => (this.#words[index] = values[name]));
  }

  /** The program's file, without links; one character a byte. */
  get path(): string {
    return String.fromCharCode(...this.#path.subarray(0, this.get('pathLength')));
  }

  /** Addresses of the guest, or lengths. */
  get(name: (typeof WORDS)[number]): number {
    return this.#words[WORDS.indexOf(name)]!;
  }
}
