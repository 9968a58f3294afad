import type { BoardCpu } from '../board/site.ts';
import { CPU_HEADER } from '../mem/cpu.ts';
import type { MachineLog } from '../mem/machine-log.ts';
import { struct } from '../mem/struct.ts';

/** What runs one entry at a time. */
interface Runner {
  enter(instructions: number, isOneBlock: boolean): number;
  hostOfPc(): number;
}

const { offsetOf } = struct(CPU_HEADER);
const PC = offsetOf.pc / 4;
const MODE = offsetOf.mode / 4;

/** `-d exec,cpu,nochain`: tells of each entry into guest code before it is made. */
export class Tracer {
  readonly #log: MachineLog;
  readonly #cpu: BoardCpu;
  readonly #index: number;
  readonly #words: Int32Array;

  constructor(log: MachineLog, cpu: BoardCpu, index: number, words: Int32Array) {
    this.#log = log;
    this.#cpu = cpu;
    this.#index = index;
    this.#words = words;
  }

  get isOn(): boolean {
    const log = this.#log;
    return log.has('exec') || log.has('cpu') || log.has('nochain');
  }

  /** Reports where the CPU is and lets it enter there, for at most `instructions`. */
  run(instructions: number, runner: Runner): number {
    const log = this.#log;
    const pc = this.#pc();
    const isExecTold = log.has('exec') && log.covers(pc);
    const place = isExecTold ? runner.hostOfPc() : 0;
    if (isExecTold) log.write(this.#entered(pc, place));
    if (log.has('cpu') && log.covers(pc)) log.write(this.#registers());
    const retired = runner.enter(instructions, log.has('nochain'));
    if (isExecTold && retired === 0 && this.#pc() === pc) log.write(stopped(pc, place));
    return retired;
  }

  reportReset(): void {
    this.#log.write(`CPU Reset (CPU ${this.#index})\n${this.#registers()}`);
  }

  #pc(): bigint {
    const words = this.#words;
    return (BigInt(words[PC + 1]! >>> 0) << 32n) | BigInt(words[PC]! >>> 0);
  }

  /** The place of the code, code segment base, pc, translation mode, flags of the translation. */
  #entered(pc: bigint, place: number): string {
    const mode = (this.#words[MODE]! >>> 0).toString(16).padStart(8, '0');
    return `Trace ${this.#index}: ${pointer(place)} [${'0'.repeat(16)}/${address(pc)}/${mode}/00000000] \n`;
  }

  #registers(): string {
    const lines = this.#cpu.registers();
    const shown = this.#log.has('fpu') ? lines : lines.filter((line) => !line.startsWith(' f'));
    return `${shown.join('\n')}\n`;
  }
}

/** The CPU was called away before it ran anything of what it had entered, and will enter there once more. */
const stopped = (pc: bigint, place: number): string =>
  `Stopped execution of TB chain before ${pointer(place)} [${address(pc)}] \n`;

const pointer = (place: number): string => `0x${Math.max(place, 0).toString(16)}`;
const address = (pc: bigint): string => pc.toString(16).padStart(16, '0');
