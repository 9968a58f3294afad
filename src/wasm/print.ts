import { ByteReader, MalformedModule } from './byte-reader.ts';
import {
  formOf,
  PREFIX_ATOMIC,
  PREFIX_SATURATING,
  PREFIX_SIMD,
  type Immediate,
  type InstructionForm,
} from './instruction-names.ts';
import { readModule, type ReadFunction, type ReadModule, type Signature } from './module-reader.ts';
import { F32, F64, I32, I64, V128, VOID } from './opcodes.ts';

const TYPES: Readonly<Record<number, string>> = {
  [I32]: 'i32',
  [I64]: 'i64',
  [F32]: 'f32',
  [F64]: 'f64',
  [V128]: 'v128',
};
/** Deepest indentation that is shown. */
const DEEPEST = 40;
/** What engines allow. */
const MOST_LOCALS = 50_000;

export interface PrintedFunction {
  readonly text: string;
  /** Bytes of its instructions. */
  readonly size: number;
}

/**
 * The functions of a module of ours in WebAssembly's text format, in order: one instruction a line,
 * indented by blocks, which are numbered in the order they are opened. Hints are comments.
 *
 *     (func $b0 (param i32) (result i32)
 *       (local i64)
 *       block $1
 *         local.get 0
 *         i32.load offset=16
 *         br_if $1  ;; unlikely
 */
export function printModule(bytes: Uint8Array): PrintedFunction[] {
  const module = readModule(bytes);
  return module.functions.map((body, index) => ({
    text: new Printer(module, body).print(nameOf(module, module.imported + index)),
    size: body.code.length,
  }));
}

const nameOf = ({ names }: ReadModule, index: number): string => `$${names[index] ?? index}`;

class Printer {
  readonly #module: ReadModule;
  readonly #function: ReadFunction;
  readonly #reader: ByteReader;
  readonly #lines: string[] = [];
  /** Numbers of the open blocks; the function itself is 0. */
  readonly #open: number[] = [0];
  #blocks = 0;

  constructor(module: ReadModule, body: ReadFunction) {
    this.#module = module;
    this.#function = body;
    this.#reader = new ByteReader(body.code);
  }

  print(name: string): string {
    const { signature, locals } = this.#function;
    this.#lines.push(`(func ${name}${written(signature)}`);
    for (const [count, type] of locals) {
      if (count > MOST_LOCALS) throw new MalformedModule('a function with too many locals');
      this.#lines.push(`  (local${` ${typeName(type)}`.repeat(count)})`);
    }
    while (this.#open.length > 0) this.#instruction();
    if (!this.#reader.isAtEnd) throw new MalformedModule('code after the end of a function');
    return `${this.#lines.join('\n')})\n`;
  }

  #instruction(): void {
    const reader = this.#reader;
    const hint = this.#function.hints.get(reader.at);
    const { name, immediates } = this.#form();
    if (name === 'end') {
      this.#open.pop();
      // The end of the function is its closing parenthesis.
      if (this.#open.length > 0) this.#line(name);
      return;
    }
    const words = immediates.map((immediate) => this.#immediate(immediate));
    const text = [name, ...words].join(' ').trimEnd();
    const isElse = name === 'else';
    if (isElse && this.#open.length === 1) throw new MalformedModule('else outside a block');
    this.#line(hint === undefined ? text : `${text}  ;; ${hint === 0 ? 'unlikely' : 'likely'}`, isElse ? 1 : 0);
    if (immediates[0] === 'block') this.#open.push(this.#blocks);
  }

  #line(text: string, outdent = 0): void {
    const depth = Math.min(this.#open.length - outdent, DEEPEST);
    this.#lines.push(`${'  '.repeat(depth)}${text}`);
  }

  #form(): InstructionForm {
    const opcode = this.#reader.byte();
    const form =
      opcode === PREFIX_SATURATING || opcode === PREFIX_SIMD || opcode === PREFIX_ATOMIC
        ? formOf(opcode, this.#reader.u())
        : formOf('plain', opcode);
    if (form === undefined) throw new MalformedModule(`an unknown instruction, 0x${opcode.toString(16)}`);
    return form;
  }

  #immediate(kind: Immediate): string {
    const reader = this.#reader;
    switch (kind) {
      case 'block': {
        const type = reader.byte();
        return `$${++this.#blocks}${type === VOID ? '' : ` (result ${typeName(type)})`}`;
      }
      case 'label':
        return this.#label();
      case 'labels': {
        const labels = reader.vector(() => this.#label());
        return [...labels, this.#label()].join(' ');
      }
      case 'function':
        return nameOf(this.#module, reader.u());
      case 'signature': {
        const signature = this.#module.signatures[reader.u()];
        if (signature === undefined) throw new MalformedModule('a call of an unknown type');
        reader.u();
        return written(signature).trimStart();
      }
      case 'local':
      case 'global':
      case 'table':
      case 'lane':
        return String(reader.u());
      case 'access': {
        reader.u();
        const offset = reader.u();
        return offset === 0 ? '' : `offset=${offset}`;
      }
      case 'i32':
        return String(BigInt.asIntN(32, reader.s()));
      case 'i64':
        return String(reader.s());
      case 'f32': {
        const bytes = viewOf(reader.take(4));
        return floating(bytes.getFloat32(0, true), BigInt(bytes.getUint32(0, true)), 23n);
      }
      case 'f64': {
        const bytes = viewOf(reader.take(8));
        return floating(bytes.getFloat64(0, true), bytes.getBigUint64(0, true), 52n);
      }
      case 'v128': {
        const bytes = viewOf(reader.take(16));
        return `i64x2 ${[0, 8].map((at) => `0x${bytes.getBigUint64(at, true).toString(16)}`).join(' ')}`;
      }
      case 'reserved':
        reader.byte();
        return '';
    }
  }

  #label(): string {
    const depth = this.#reader.u();
    const block = this.#open[this.#open.length - 1 - depth];
    if (block === undefined) throw new MalformedModule('a branch out of the function');
    return `$${block}`;
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** A floating-point number with `fraction` bits after the point; of a NaN, all that tells it apart. */
function floating(value: number, bits: bigint, fraction: bigint): string {
  if (Object.is(value, -0)) return '-0';
  if (Math.abs(value) === Infinity) return value > 0 ? 'inf' : '-inf';
  if (!Number.isNaN(value)) return String(value);
  const sign = bits >> (fraction === 23n ? 31n : 63n) === 1n ? '-' : '';
  return `${sign}nan:0x${BigInt.asUintN(Number(fraction), bits).toString(16)}`;
}

function typeName(type: number): string {
  const name = TYPES[type];
  if (name === undefined) throw new MalformedModule(`an unknown type, 0x${type.toString(16)}`);
  return name;
}

function written({ parameters, results }: Signature): string {
  const list = (word: string, types: readonly number[]): string =>
    types.length === 0 ? '' : ` (${word} ${types.map(typeName).join(' ')})`;
  return `${list('param', parameters)}${list('result', results)}`;
}
