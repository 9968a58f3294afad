import { evaluatorOf, type Evaluate } from './evaluate.ts';
import type { MemoryAccess, Node, RmwOp, Unit } from './node.ts';
import type { HelperDefinition } from './ops.ts';
import { BITS } from './types.ts';

/**
 * What a unit runs on. Values are their bits, unsigned; memory is little-endian. An access or a
 * helper that leaves the unit sets `left` and says in pc where to go on.
 */
export interface InterpreterHost {
  left: boolean;
  /** Reads and writes the bits of one element of a state field. */
  field(name: string): StateField;
  load(address: bigint, size: number, access: MemoryAccess): bigint;
  store(address: bigint, size: number, value: bigint, access: MemoryAccess): void;
  /** Replaces what is at the address by what `update` makes of it; gives the old value. */
  update(address: bigint, size: number, access: MemoryAccess, update: (old: bigint) => bigint): bigint;
  loadReserved(address: bigint, size: number, access: MemoryAccess): bigint;
  /** 0 if the reservation held and the value is stored, else 1. */
  storeConditional(address: bigint, size: number, value: bigint, access: MemoryAccess): bigint;
  fp(name: string, rm: number, operands: readonly bigint[]): bigint;
  call(helper: HelperDefinition, args: readonly bigint[]): bigint;
}

export interface StateField {
  read(index: number): bigint;
  write(index: number, value: bigint): void;
}

/** How a unit ended: after its last instruction, at `target`, or left by the host. */
export type Outcome = 'next' | 'exit' | 'target' | 'left';

/** The values of a run. */
interface Frame {
  values: bigint[];
  /** Address of the unit. */
  pc: bigint;
  target: bigint;
}

/** Does one operation. The number of the operation to go on with, if it is not the one after. */
type Step = (frame: Frame) => number | void;

const NEXT = 1e9;
const EXIT = NEXT + 1;
const TARGET = NEXT + 2;
const LEFT = NEXT + 3;

/** A unit made ready: one closure for each operation. */
export interface Program {
  readonly steps: readonly Step[];
  /** Bytes of the instructions. */
  readonly length: number;
}

/**
 * The oracle of the translators: runs units as ops.ts describes them, operation by operation.
 */
export class Interpreter {
  /** Where to go on, after the outcomes `next`, `exit` and `target`. */
  target = 0n;
  readonly #host: InterpreterHost;
  readonly #frame: Frame = { values: [], pc: 0n, target: 0n };

  constructor(host: InterpreterHost) {
    this.#host = host;
  }

  /** `length`: bytes of the unit's instructions. The unit is no template. */
  prepare(unit: Unit, length: number): Program {
    const ends = matchIfs(unit);
    return { length, steps: unit.nodes.map((node) => this.#step(node, ends, length)) };
  }

  run(program: Program, pc: bigint): Outcome {
    const frame = this.#frame;
    const steps = program.steps;
    frame.pc = pc;
    this.#host.left = false;
    let at = 0;
    while (at < steps.length) at = steps[at]!(frame) ?? at + 1;
    this.target = at === TARGET ? frame.target : BigInt.asUintN(64, pc + BigInt(program.length));
    return at < EXIT ? 'next' : OUTCOMES[at - EXIT]!;
  }

  #step(node: Node, ends: ReadonlyMap<Node, number>, length: number): Step {
    const { id, op, args, attributes } = node;
    const pure = evaluatorOf(node);
    if (pure !== undefined) return pureStep(node, pure);
    const [a, b] = args.map((argument) => argument.id) as [number, number];
    switch (op) {
      case 'pc':
      case 'next_pc': {
        const distance = BigInt(op === 'pc' ? attributes.value! : length);
        return ({ values, pc }) => void (values[id] = BigInt.asUintN(64, pc + distance));
      }
      case 'get':
      case 'set':
        return this.#access(node);
      case 'fp': {
        const operands = args.slice(0, -1).map((argument) => argument.id);
        const rm = args.at(-1)!.id;
        const name = attributes.fp!;
        return ({ values }) =>
          void (values[id] = this.#host.fp(
            name,
            Number(values[rm]),
            operands.map((operand) => values[operand]!),
          ));
      }
      case 'if': {
        const over = ends.get(node)!;
        return ({ values }) => (values[a] === 0n ? over : undefined);
      }
      case 'else': {
        const over = ends.get(node)!;
        return () => over;
      }
      case 'end':
      case 'insn_start':
      case 'fence':
        return () => undefined;
      case 'call': {
        const operands = args.map((argument) => argument.id);
        const helper = attributes.helper!;
        return ({ values }) => {
          values[id] = this.#host.call(
            helper,
            operands.map((operand) => values[operand]!),
          );
          return this.#host.left ? LEFT : undefined;
        };
      }
      case 'branch':
      case 'jump': {
        const distance = BigInt(attributes.target as number);
        return (frame) => {
          if (op === 'branch' && frame.values[a] === 0n) return undefined;
          frame.target = BigInt.asUintN(64, frame.pc + distance);
          return TARGET;
        };
      }
      case 'jump_reg':
        return (frame) => {
          frame.target = frame.values[a]!;
          return TARGET;
        };
      case 'exit':
        return () => EXIT;
      case 'load':
      case 'load_reserved':
        return this.#memory(node, (values, access, size) =>
          op === 'load' ? this.#host.load(values[a]!, size, access) : this.#host.loadReserved(values[a]!, size, access),
        );
      case 'store':
        return this.#memory(node, (values, access, size, order) => {
          this.#host.store(values[a]!, size, order(values[b]!), access);
          return 0n;
        });
      case 'store_conditional':
        return this.#memory(node, (values, access, size, order) =>
          this.#host.storeConditional(values[a]!, size, order(values[b]!), access),
        );
      case 'atomic_rmw':
      case 'atomic_cas':
        return this.#atomic(node);
      default:
        throw new TypeError(`${op} cannot be interpreted`);
    }
  }

  #access({ id, op, args, type, attributes }: Node): Step {
    const { field, index } = attributes.state!;
    const access = this.#host.field(field);
    if (op === 'get') {
      const bits = BITS[type!];
      return ({ values }) => void (values[id] = BigInt.asUintN(bits, access.read(index)));
    }
    const value = args[0]!.id;
    return ({ values }) => access.write(index, values[value]!);
  }

  /** A memory operation; `order` puts the bytes of a value in the order of memory, or back. */
  #memory(
    { id, op, type, attributes }: Node,
    run: (values: bigint[], access: MemoryAccess, size: number, order: (value: bigint) => bigint) => bigint,
  ): Step {
    const access = attributes.access!;
    const { size, signed, endian } = access;
    const order = endian === 'be' ? (value: bigint): bigint => reverse(value, size) : (value: bigint): bigint => value;
    const bits = type === undefined ? 0 : BITS[type];
    const isLoad = op === 'load' || op === 'load_reserved';
    return ({ values }) => {
      const result = run(values, access, size, order);
      if (this.#host.left) return LEFT;
      const loaded = isLoad ? order(result) : result;
      values[id] = signed ? BigInt.asUintN(bits, BigInt.asIntN(8 * size, loaded)) : loaded;
      return undefined;
    };
  }

  #atomic(node: Node): Step {
    const [a, b, c] = node.args.map(({ id }) => id) as [number, number, number];
    const combine = node.op === 'atomic_rmw' ? RMW[node.attributes.access!.rmw!] : undefined;
    return this.#memory(node, (values, access, size, order) => {
      const bits = 8 * size;
      const old = this.#host.update(values[a]!, size, access, (memory) => {
        const before = order(memory);
        if (combine === undefined) return order(before === values[b] ? values[c]! : before);
        return order(BigInt.asUintN(bits, combine(before, BigInt.asUintN(bits, values[b]!), bits)));
      });
      return order(old);
    });
  }
}

const OUTCOMES: readonly Outcome[] = ['exit', 'target', 'left'];

function pureStep({ id, args }: Node, evaluate: Evaluate): Step {
  const [a = 0, b = 0, c = 0] = args.map((argument) => argument.id);
  if (args.length === 0) return ({ values }) => void (values[id] = evaluate(0n, 0n, 0n));
  return ({ values }) => void (values[id] = evaluate(values[a]!, values[b]!, values[c]!));
}

/** For an if the place after its else or end; for an else that after its end. */
function matchIfs(unit: Unit): Map<Node, number> {
  const ends = new Map<Node, number>();
  const open: Node[] = [];
  for (const [place, node] of unit.nodes.entries()) {
    if (node.op === 'else' || node.op === 'end') ends.set(open.pop()!, place + 1);
    if (node.op === 'if' || node.op === 'else') open.push(node);
  }
  return ends;
}

function reverse(value: bigint, size: number): bigint {
  let result = 0n;
  for (let at = 0; at < size; at++) result = (result << 8n) | ((value >> BigInt(8 * at)) & 0xffn);
  return result;
}

const lesser = (isLess: boolean, a: bigint, b: bigint): bigint => (isLess ? a : b);
const less = (a: bigint, b: bigint, bits: number): boolean => BigInt.asIntN(bits, a) < BigInt.asIntN(bits, b);

const RMW: Readonly<Record<RmwOp, (old: bigint, operand: bigint, bits: number) => bigint>> = {
  swap: (_old, operand) => operand,
  add: (old, operand) => old + operand,
  and: (old, operand) => old & operand,
  or: (old, operand) => old | operand,
  xor: (old, operand) => old ^ operand,
  min_s: (old, operand, bits) => lesser(less(old, operand, bits), old, operand),
  max_s: (old, operand, bits) => lesser(less(operand, old, bits), old, operand),
  min_u: (old, operand) => lesser(old < operand, old, operand),
  max_u: (old, operand) => lesser(operand < old, old, operand),
};
