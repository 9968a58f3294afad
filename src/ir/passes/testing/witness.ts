import { Interpreter, type InterpreterHost, type StateField } from '../../interpreter.ts';
import type { Unit } from '../../node.ts';
import type { HelperDefinition } from '../../ops.ts';

/** Writes down everything that anybody can see of a unit: registers wherever it may be left, too. */
class Witness implements InterpreterHost {
  left = false;
  readonly #fields: Readonly<Record<string, BigUint64Array>>;
  readonly log: string[] = [];
  /** What is loaded, and whether something leaves, depends on this and on how often it was asked. */
  #turn: bigint;

  constructor(registers: readonly bigint[]) {
    this.#fields = { x: BigUint64Array.from(registers.slice(0, 3)), y: BigUint64Array.from(registers.slice(3, 6)) };
    this.#turn = registers[6]!;
  }

  registers(names = ['x', 'y']): string {
    return names.map((name) => this.#fields[name]!.join(' ')).join(' ');
  }
  field(name: string): StateField {
    const registers = this.#fields[name]!;
    return { read: (index) => registers[index]!, write: (index, value) => void (registers[index] = value) };
  }
  #next(): bigint {
    this.#turn = BigInt.asUintN(64, this.#turn * 6364136223846793005n + 1442695040888963407n);
    this.left = this.#turn >> 61n === 0n;
    return this.#turn >> (this.#turn >> 58n);
  }
  load(address: bigint, size: number): bigint {
    this.log.push(`load ${address} ${size}: ${this.registers()}`);
    return BigInt.asUintN(8 * size, this.#next());
  }
  store(address: bigint, size: number, value: bigint): void {
    this.log.push(`store ${address} ${size} ${BigInt.asUintN(8 * size, value)}: ${this.registers()}`);
    this.#next();
  }
  update(): bigint {
    throw new TypeError('no atomics here');
  }
  loadReserved(): bigint {
    return this.update();
  }
  storeConditional(): bigint {
    return this.update();
  }
  fp(): bigint {
    return this.update();
  }
  call({ name, reads, writes, exits }: HelperDefinition, args: readonly bigint[]): bigint {
    this.log.push(`${name} ${args.join()}: ${this.registers(exits ? undefined : [...reads])}`);
    const value = this.#next();
    if (!exits) this.left = false;
    for (const field of writes) this.#fields[field]![1] = value >> 3n;
    return value;
  }
}

/** What can be seen of a run from these registers. */
export function observe(unit: Unit, registers: readonly bigint[]): string {
  const witness = new Witness(registers);
  const interpreter = new Interpreter(witness);
  const outcome = interpreter.run(interpreter.prepare(unit, 4), 0x1000n);
  return [...witness.log, `${outcome} ${interpreter.target}: ${witness.registers()}`].join('\n');
}
