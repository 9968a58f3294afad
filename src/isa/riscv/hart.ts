/** What the parts of a hart share: its state as words, and whom they tell of a change. */

import type { Contexts } from '../../mem/cpu.ts';
import type { MachineLog } from '../../mem/machine-log.ts';
import type { RiscvFeatures } from './features.ts';
import { Interrupts, type HartTimer } from './interrupts.ts';
import { publishMode } from './mode.ts';
import { Pmp } from './pmp.ts';
import { RiscvState, word } from './state.ts';
import { Traps } from './traps.ts';

const RETIRED = word('retired');
const GRANTED = word('granted');
const REMAINING = word('remaining');

export interface HartConfiguration {
  readonly memory: WebAssembly.Memory;
  /** Where its RiscvState lies, zeroed. */
  readonly stateAddress: number;
  readonly contexts: Contexts;
  readonly features: RiscvFeatures;
  readonly hartId: number;
  readonly timer: HartTimer;
  readonly log: MachineLog;
}

export class Hart {
  /** The state as 32-bit words; a 64-bit field is its low word, then its high word. */
  readonly words: Int32Array;
  readonly features: RiscvFeatures;
  readonly hartId: number;
  readonly timer: HartTimer;
  readonly log: MachineLog;
  readonly contexts: Contexts;
  readonly pmp: Pmp;
  readonly traps: Traps;
  readonly interrupts: Interrupts;
  /** What clears the bits of an instruction address that are always 0 (IALIGN). */
  readonly pcMask: number;
  /** A 64-bit result, in halves: what reading a CSR leaves here. */
  low = 0;
  high = 0;

  constructor(configuration: HartConfiguration) {
    const { memory, stateAddress, contexts, features, timer } = configuration;
    this.words = new Int32Array(memory.buffer, stateAddress, RiscvState.size / 4);
    this.features = features;
    this.hartId = configuration.hartId;
    this.timer = timer;
    this.log = configuration.log;
    this.contexts = contexts;
    this.pmp = new Pmp(memory, stateAddress, features.pmp);
    this.traps = new Traps(this.words, contexts, configuration);
    this.interrupts = new Interrupts(this.words, timer);
    this.pcMask = features.c ? ~1 : ~3;
  }

  publishMode(): void {
    publishMode(this.words, this.contexts);
  }

  /** Instructions retired since the machine was made, below 2^53. */
  retired(): number {
    const words = this.words;
    const before = words[RETIRED + 1]! * 2 ** 32 + (words[RETIRED]! >>> 0);
    return before + (words[GRANTED]! - words[REMAINING]!);
  }
}
