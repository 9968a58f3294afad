import { Builder, type Operand } from '../ir/builder.ts';
import type { Decoded, Guest } from '../ir/guest.ts';
import { Interpreter, type InterpreterHost, type Program, type StateField } from '../ir/interpreter.ts';
import type { MemoryAccess } from '../ir/node.ts';
import type { HelperDefinition } from '../ir/ops.ts';
import { fpEvaluator, isFpOpName } from '../ir/softfloat/index.ts';
import type { AddressSpace } from '../mem/address-space.ts';
import { CONTINUE, EXIT_DEBUG, MOVED, RAISED, type Access, type Contexts, type GuestCpu } from '../mem/cpu.ts';
import type { DebugPoints } from '../mem/debug-points.ts';
import type { Fields, Struct } from '../mem/struct.ts';
import { KnownPages } from './known-pages.ts';
import { stateFields } from './state-fields.ts';

export interface OracleOptions {
  readonly guest: Guest;
  readonly cpu: GuestCpu;
  readonly memory: WebAssembly.Memory;
  /** Layout and address of the CPU's state. */
  readonly stateStruct: Struct<Fields>;
  readonly state: number;
  readonly space: AddressSpace;
  /** What the CPU tells of its address spaces; without it every access is translated anew. */
  readonly contexts?: OracleContexts;
  /** Where a debugger wants the CPU to stop. */
  readonly points?: DebugPoints;
}

/** Counts what may change translations. */
export class OracleContexts implements Contexts {
  generation = 0;
  select(): void {
    this.generation++;
  }
  flushAll(): void {
    this.generation++;
  }
  flushAsid(): void {
    this.generation++;
  }
  flushPage(): void {
    this.generation++;
  }
}

/** Exceptions in a row, with nothing retired between them, after which run gives up. */
const STORM = 10_000;
const NO_RESERVATION = 2n ** 64n - 1n;

const lowOf = (address: bigint): number => Number(BigInt.asIntN(32, address));
const highOf = (address: bigint): number => Number(BigInt.asIntN(32, address >> 32n));

/**
 * Runs a virtual CPU on the interpreter of the IR, one instruction at a time: slow, and what the
 * translators are compared with. Instructions are fetched anew each time, so that code may change.
 */
export class OracleEngine implements InterpreterHost {
  left = false;
  readonly #options: OracleOptions;
  readonly #interpreter: Interpreter;
  readonly #fields: ReadonlyMap<string, StateField>;
  readonly #programs = new Map<number, Program>();
  readonly #decoded: Decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };
  readonly #view: DataView;
  readonly #words: Int32Array;
  readonly #longs: BigUint64Array;
  readonly #at: Readonly<Record<string, number>>;
  readonly #fp = fpEvaluator();
  readonly #names: ReadonlyMap<number, string>;
  /** What a helper or access that left the unit said: RAISED or MOVED. */
  #status: number = CONTINUE;
  readonly #known = new KnownPages();

  constructor(options: OracleOptions) {
    this.#options = options;
    const { memory, state, stateStruct } = options;
    this.#view = new DataView(memory.buffer);
    this.#words = new Int32Array(memory.buffer, state, stateStruct.size / 4);
    this.#longs = new BigUint64Array(memory.buffer, state, stateStruct.size / 8);
    this.#at = stateStruct.offsetOf;
    this.#fields = stateFields(stateStruct, memory, state);
    this.#names = new Map(options.guest.instructions.map(({ name }, index) => [index, name]));
    this.#interpreter = new Interpreter(this);
  }

  /**
   * Runs until the exit word is set or `instructions` are retired; returns how many were. `steps`
   * counts those that raise an exception, too.
   */
  run(instructions: number, steps = Infinity): number {
    const words = this.#words;
    const [exit, remaining, granted] = ['exit', 'remaining', 'granted'].map((name) => this.#at[name]! / 4) as [
      number,
      number,
      number,
    ];
    words[granted] = instructions;
    words[remaining] = instructions;
    let raised = 0;
    for (let step = 0; step < steps && words[remaining]! > 0 && words[exit] === 0 && raised < STORM; step++) {
      if (this.step()) {
        words[remaining]!--;
        raised = 0;
      } else {
        raised++;
      }
    }
    const retired = words[granted]! - words[remaining]!;
    this.#longs[this.#at['retired']! / 8]! += BigInt(retired);
    words[granted] = 0;
    words[remaining] = 0;
    return retired;
  }

  /** Executes the instruction at pc. False: it raised an exception. */
  step(): boolean {
    const pc = this.#at['pc']! / 8;
    const low = this.#words[2 * pc]!;
    const high = this.#words[2 * pc + 1]!;
    this.left = false;
    if (this.#options.points?.breaksAt(low, high) === true) return this.#leaveForDebugger();
    const word = this.#fetch(low, high);
    if (this.left) return false;
    const program = this.#programs.get(word) ?? this.#prepare(word);
    if (this.#interpreter.run(program, this.#longs[pc]!) === 'left') return this.#status === MOVED;
    this.#longs[pc] = this.#interpreter.target;
    return true;
  }

  /** The name of the instruction that `word` is. */
  nameOf(word: number): string {
    this.#options.guest.decode(word, this.#decoded);
    return this.#names.get(this.#decoded.instruction)!;
  }

  #prepare(word: number): Program {
    const { guest } = this.#options;
    const decoded = this.#decoded;
    guest.decode(word, decoded);
    const instruction = guest.instructions[decoded.instruction]!;
    const operands: Record<string, Operand> = {};
    for (const [place, { name }] of instruction.operands.entries()) {
      operands[name] = { name, value: decoded.operands[place] };
    }
    const builder = new Builder();
    builder.startInstruction(0, decoded.length);
    instruction.lower(builder, operands);
    const program = this.#interpreter.prepare(builder.unit, decoded.length);
    this.#programs.set(word, program);
    return program;
  }

  /** The instruction's bytes; those after the first parcel only if they belong to it. */
  #fetch(low: number, high: number): number {
    const { guest } = this.#options;
    const { parcel } = guest;
    let word = this.#fetchParcel(low, high);
    if (this.left) return 0;
    const length = guest.lengthOf(word);
    for (let at = parcel; at < length; at += parcel) {
      const next = (low + at) | 0;
      word |= this.#fetchParcel(next, next >>> 0 < at ? (high + 1) | 0 : high) << (8 * at);
      if (this.left) return 0;
    }
    return word;
  }

  #fetchParcel(low: number, high: number): number {
    const physical = this.#translate(low, high, 'fetch');
    if (physical < 0) return 0;
    const host = this.#options.space.codeOffset(physical);
    if (host < 0) {
      this.#options.cpu.raiseAccess(low, high, 'fetch');
      this.#leave(RAISED);
      return 0;
    }
    const { parcel } = this.#options.guest;
    if (parcel === 2) return this.#view.getUint16(host, true);
    return parcel === 4 ? this.#view.getInt32(host, true) : this.#view.getUint8(host);
  }

  #leave(status: number): void {
    this.left = true;
    this.#status = status;
  }

  #leaveForDebugger(): false {
    Atomics.or(this.#words, this.#at['exit']! / 4, EXIT_DEBUG);
    this.#leave(RAISED);
    return false;
  }

  /** A debugger wants to see the access: the CPU is left before it. */
  #isWatched(address: bigint, size: number, access: Access, isUpdate = false): boolean {
    if (this.#options.points?.watchesAt(lowOf(address), highOf(address), size, access, isUpdate) !== true) return false;
    this.#leaveForDebugger();
    return true;
  }

  /** The physical address, or -1 when an exception was raised. */
  #translate(low: number, high: number, access: Access, size = 1): number {
    const { cpu, contexts } = this.#options;
    const generation = contexts === undefined ? -1 : contexts.generation;
    const page = this.#known.find(low, high, access, generation);
    if (page >= 0) return page + (low & 0xfff);
    if (!cpu.translate(low, high, access, size)) {
      this.#leave(RAISED);
      return -1;
    }
    const { physical, isUniform } = cpu.translation;
    if (generation >= 0 && isUniform) this.#known.add(low, high, access, generation, physical - (low & 0xfff));
    return physical;
  }

  field(name: string): StateField {
    const field = this.#fields.get(name);
    if (field === undefined) throw new TypeError(`the state has no ${name}`);
    return field;
  }

  load(address: bigint, size: number, { align }: MemoryAccess): bigint {
    if (align === 'natural' && this.#isMisaligned(address, size, 'load')) return 0n;
    const low = lowOf(address);
    if ((low & 0xfff) + size > 4096) return this.#loadAcross(address, size);
    const physical = this.#translate(low, highOf(address), 'load', size);
    return physical < 0 || this.#isWatched(address, size, 'load') ? 0n : this.#loadPhysical(address, physical, size);
  }

  #loadPhysical(address: bigint, physical: number, size: number): bigint {
    const { space, cpu } = this.#options;
    const value = space.load(physical, size);
    if (space.fault) {
      cpu.raiseAccess(lowOf(address), highOf(address), 'load');
      this.#leave(RAISED);
      return 0n;
    }
    return size === 8 ? (BigInt(space.high) << 32n) | BigInt(value) : BigInt(value);
  }

  store(address: bigint, size: number, value: bigint, { align }: MemoryAccess): void {
    if (align === 'natural' && this.#isMisaligned(address, size, 'store')) return;
    const low = lowOf(address);
    if ((low & 0xfff) + size > 4096) return this.#storeAcross(address, size, value);
    const physical = this.#translate(low, highOf(address), 'store', size);
    if (physical >= 0 && !this.#isWatched(address, size, 'store')) {
      this.#storePhysical(address, physical, size, value);
    }
  }

  #storePhysical(address: bigint, physical: number, size: number, value: bigint): void {
    const { space, cpu } = this.#options;
    space.store(physical, size, lowOf(value) >>> 0, highOf(value) >>> 0);
    if (!space.fault) return;
    cpu.raiseAccess(lowOf(address), highOf(address), 'store');
    this.#leave(RAISED);
  }

  /** Raises misaligned where that is not allowed. */
  #isMisaligned(address: bigint, size: number, access: Access): boolean {
    const low = lowOf(address);
    if ((low & (size - 1)) === 0) return false;
    this.#options.cpu.raiseMisaligned(low, highOf(address), access);
    this.#leave(RAISED);
    return true;
  }

  /** Physical addresses of every byte; both pages are translated before a byte is moved. */
  #bytes(address: bigint, size: number, access: Access): number[] {
    const head = 4096 - (lowOf(address) & 0xfff);
    const next = BigInt.asUintN(64, address + BigInt(head));
    const first = this.#translate(lowOf(address), highOf(address), access, head);
    const second = this.left ? 0 : this.#translate(lowOf(next), highOf(next), access, size - head);
    return Array.from({ length: size }, (_, i) => (i < head ? first + i : second + i - head));
  }

  #loadAcross(address: bigint, size: number): bigint {
    let value = 0n;
    const bytes = this.#bytes(address, size, 'load');
    if (!this.left) this.#isWatched(address, size, 'load');
    for (let i = 0; i < size && !this.left; i++) {
      value |= this.#loadPhysical(address + BigInt(i), bytes[i]!, 1) << BigInt(8 * i);
    }
    return value;
  }

  #storeAcross(address: bigint, size: number, value: bigint): void {
    const bytes = this.#bytes(address, size, 'store');
    if (!this.left) this.#isWatched(address, size, 'store');
    for (let i = 0; i < size && !this.left; i++) {
      this.#storePhysical(address + BigInt(i), bytes[i]!, 1, (value >> BigInt(8 * i)) & 0xffn);
    }
  }

  /** The physical address of an atomic access, which must be RAM; -1 when an exception was raised. */
  #atomic(address: bigint, size: number, access: Access): number {
    if (this.#isMisaligned(address, size, access)) return -1;
    const physical = this.#translate(lowOf(address), highOf(address), access, size);
    if (physical < 0 || this.#options.space.ramOffset(physical) >= 0) return physical;
    this.#options.cpu.raiseAccess(lowOf(address), highOf(address), access);
    this.#leave(RAISED);
    return -1;
  }

  update(address: bigint, size: number, _access: MemoryAccess, update: (old: bigint) => bigint): bigint {
    const physical = this.#atomic(address, size, 'store');
    if (physical < 0 || this.#isWatched(address, size, 'store', true)) return 0n;
    const old = this.#loadPhysical(address, physical, size);
    this.#storePhysical(address, physical, size, update(old));
    return old;
  }

  loadReserved(address: bigint, size: number): bigint {
    const physical = this.#atomic(address, size, 'load');
    if (physical < 0 || this.#isWatched(address, size, 'load')) return 0n;
    const value = this.#loadPhysical(address, physical, size);
    this.#longs[this.#at['reservationAddress']! / 8] = address;
    this.#longs[this.#at['reservationValue']! / 8] = BigInt.asIntN(8 * size, value);
    return value;
  }

  /** The reservation holds while memory has the value that was loaded. */
  storeConditional(address: bigint, size: number, value: bigint): bigint {
    const physical = this.#atomic(address, size, 'store');
    if (physical < 0 || this.#isWatched(address, size, 'store')) return 1n;
    const reserved = this.#at['reservationAddress']! / 8;
    const expected = this.#longs[this.#at['reservationValue']! / 8]!;
    const memory = BigInt.asUintN(64, BigInt.asIntN(8 * size, this.#loadPhysical(address, physical, size)));
    const holds = this.#longs[reserved] === address && memory === expected;
    this.#longs[reserved] = NO_RESERVATION;
    if (holds) this.#storePhysical(address, physical, size, value);
    return holds ? 0n : 1n;
  }

  fp(name: string, rm: number, operands: readonly bigint[]): bigint {
    if (!isFpOpName(name)) throw new TypeError(`no floating-point operation is called ${name}`);
    const { value, flags } = this.#fp(name, rm, ...operands);
    this.#words[this.#at['fflags']! / 4]! |= flags;
    return value;
  }

  call(helper: HelperDefinition, args: readonly bigint[]): bigint {
    const slots = this.#at['arguments']! / 8;
    for (const [place, argument] of args.entries()) this.#longs[slots + place] = argument;
    const status = this.#options.cpu.helpers[helper.name]!();
    if (status !== CONTINUE) this.#leave(status);
    const result = this.#longs[this.#at['result']! / 8]!;
    return helper.result === 'i32' ? BigInt.asUintN(32, result) : result;
  }
}
