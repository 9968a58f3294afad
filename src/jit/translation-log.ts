import type { Guest } from '../ir/guest.ts';
import type { Unit } from '../ir/node.ts';
import { print } from '../ir/print.ts';
import type { MachineLog } from '../mem/machine-log.ts';
import { printModule } from '../wasm/print.ts';

const RULE = '----------------\n';

/** Guest code that is translated: where the guest sees it, and its bytes. */
export interface LoggedCode {
  readonly pc: bigint;
  readonly bytes: Uint8Array;
}

/** A function that was made, and what it was made of, in the order of the code. */
export interface LoggedFunction {
  readonly pc: bigint;
  readonly blocks: readonly LoggedBlock[];
}

export interface LoggedBlock extends LoggedCode {
  readonly lowered: Unit;
  /** After optimization, if there was any. */
  readonly optimized?: Unit;
}

/** What `-d in_asm,op,op_opt,out_asm` show of a translator's work. */
export class TranslationLog {
  readonly #guest: Guest;
  readonly #log: MachineLog;

  constructor(guest: Guest, log: MachineLog) {
    this.#guest = guest;
    this.#log = log;
  }

  /** Whether anything would be written about decoded code, or about translated code. */
  get wantsDecoded(): boolean {
    return this.#log.has('in_asm');
  }
  get wantsTranslated(): boolean {
    const log = this.#log;
    return log.has('in_asm') || log.has('op') || log.has('op_opt') || log.has('out_asm');
  }

  /** Code was decoded for tier 0. */
  decoded(code: LoggedCode): void {
    if (this.#log.covers(code.pc)) this.#log.write(`${RULE}IN: tier0\n${this.#listing(code)}\n`);
  }

  /** The functions of a module were made. `tier` is what they are called. */
  translated(tier: string, functions: readonly LoggedFunction[], module: Uint8Array): void {
    const log = this.#log;
    const texts = log.has('out_asm') ? printModule(module) : [];
    for (const [index, { pc, blocks }] of functions.entries()) {
      if (!log.covers(pc)) continue;
      const parts: string[] = [];
      if (log.has('in_asm')) parts.push(`IN: ${tier}\n${blocks.map((block) => this.#listing(block)).join('')}`);
      if (log.has('op')) parts.push(`OP: ${tier}\n${operations(blocks, ({ lowered }) => lowered)}`);
      if (log.has('op_opt') && blocks.some(({ optimized }) => optimized !== undefined))
        parts.push(`OP after optimization: ${tier}\n${operations(blocks, ({ optimized }) => optimized)}`);
      const out = texts[index];
      if (out !== undefined) parts.push(`OUT: ${tier} [size=${out.size}]\n ;; ${address(pc)}\n${out.text}`);
      if (parts.length > 0) log.write(`${RULE}${parts.join('\n')}\n`);
    }
  }

  #listing({ pc, bytes }: LoggedCode): string {
    const guest = this.#guest;
    const lines: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const parcel = little(bytes, at, guest.parcel);
      const length = guest.lengthOf(parcel);
      const word = little(bytes, at, length);
      const shown = word
        .toString(16)
        .padStart(2 * length, '0')
        .padEnd(2 * guest.longest);
      const place = pc + BigInt(at);
      lines.push(`${address(place)}:  ${shown}          ${guest.listing(word | 0, place)}\n`);
      at += length;
    }
    return lines.join('');
  }
}

const address = (pc: bigint): string => `0x${BigInt.asUintN(64, pc).toString(16).padStart(16, '0')}`;

function operations(blocks: readonly LoggedBlock[], unitOf: (block: LoggedBlock) => Unit | undefined): string {
  return blocks
    .map((block) => {
      const unit = unitOf(block);
      return ` ---- ${address(block.pc)}\n${unit === undefined ? '' : print(unit).replaceAll(/^(?=.)/gm, ' ')}`;
    })
    .join('');
}

/** A number of up to four bytes, the lowest first, without a sign. */
function little(bytes: Uint8Array, at: number, length: number): number {
  let word = 0;
  for (let i = 0; i < length; i++) word |= (bytes[at + i] ?? 0) << (8 * i);
  return word >>> 0;
}
