import type { Arena } from '../../mem/arena.ts';
import { LAST_SIGNAL } from './numbers.ts';
import type { SignalSet } from './signal-set.ts';

export const SIG_DFL = 0;
export const SIG_IGN = 1;

export const SA_NOCLDSTOP = 1;
export const SA_NOCLDWAIT = 2;
export const SA_SIGINFO = 4;
export const SA_RESTORER = 0x0400_0000;
export const SA_ONSTACK = 0x0800_0000;
export const SA_RESTART = 0x1000_0000;
export const SA_NODEFER = 0x4000_0000;
export const SA_RESETHAND = 0x8000_0000 | 0;
const SA_EXPOSE_TAGBITS = 0x800;

/** What sigaction may ask for; the kernel clears the rest, by which programs find out what there is. */
export const KNOWN_FLAGS =
  SA_NOCLDSTOP |
  SA_NOCLDWAIT |
  SA_SIGINFO |
  SA_EXPOSE_TAGBITS |
  SA_RESTORER |
  SA_ONSTACK |
  SA_RESTART |
  SA_NODEFER |
  SA_RESETHAND;

/** What a process does about a signal: struct sigaction without the architecture's layout. */
export interface SignalAction {
  /** SIG_DFL, SIG_IGN or an address, in halves. */
  readonly low: number;
  readonly high: number;
  readonly flags: number;
  readonly mask: Readonly<SignalSet>;
  /** sa_restorer, where the architecture has one. */
  readonly restorer: number;
}

export const DEFAULT_ACTION: SignalAction = { low: SIG_DFL, high: 0, flags: 0, mask: { low: 0, high: 0 }, restorer: 0 };

const WORDS = 8;

/** The actions of a process, in memory that its threads share; the lock of signals is held by who calls. */
export class SignalActions {
  readonly #words: Int32Array;

  constructor(arena: Arena) {
    const length = WORDS * (LAST_SIGNAL + 1);
    this.#words = new Int32Array(arena.memory.buffer, arena.allocate(4 * length), length);
  }

  of(signal: number): SignalAction {
    const at = signal * WORDS;
    const words = this.#words;
    return {
      low: words[at]!,
      high: words[at + 1]!,
      flags: words[at + 2]!,
      mask: { low: words[at + 3]!, high: words[at + 4]! },
      restorer: words[at + 5]! >>> 0,
    };
  }

  set(signal: number, { low, high, flags, mask, restorer }: SignalAction): void {
    this.#words.set([low, high, flags, mask.low, mask.high, restorer], signal * WORDS);
  }
}

export const isDefault = ({ low, high }: SignalAction): boolean => low === SIG_DFL && high === 0;
export const isIgnore = ({ low, high }: SignalAction): boolean => low === SIG_IGN && high === 0;
