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
    const words = this.#words;
    const pc = (BigInt(words[PC + 1]! >>> 0) << 32n) | BigInt(words[PC]! >>> 0);
    if (log.covers(pc)) {
      if (log.has('exec')) log.write(this.#line(pc, runner.hostOfPc()));
      if (log.has('cpu')) log.write(this.#registers());
    }
    return runner.enter(instructions, log.has('nochain'));
  }

  reportReset(): void {
    this.#log.write(`CPU Reset (CPU ${this.#index})\n${this.#registers()}`);
  }

  /** The place of the code, code segment base, pc, translation mode, flags of the translation. */
  #line(pc: bigint, host: number): string {
    const place = Math.max(host, 0).toString(16);
    const address = pc.toString(16).padStart(16, '0');
    const mode = (this.#words[MODE]! >>> 0).toString(16).padStart(8, '0');
    return `Trace ${this.#index}: 0x${place} [${'0'.repeat(16)}/${address}/${mode}/00000000] \n`;
  }

  #registers(): string {
    const lines = this.#cpu.registers();
    const shown = this.#log.has('fpu') ? lines : lines.filter((line) => !line.startsWith(' f'));
    return `${shown.join('\n')}\n`;
  }
}
