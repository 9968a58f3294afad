import type { Type } from '../ir/types.ts';
import { F32, F64, I32, I64, V128 } from '../wasm/opcodes.ts';

/** Local 0 of every unit: the address of the CPU's state. */
export const CPU = 0;

/** The wasm type that holds a value; an i128 is two locals and has none. */
export function wasmType(type: Type): number {
  switch (type) {
    case 'i64':
      return I64;
    case 'f32':
      return F32;
    case 'f64':
      return F64;
    case 'v128':
      return V128;
    default:
      return I32;
  }
}

/** Local variables of one function, reused when the value in them is dead. */
export class Locals {
  readonly types: number[] = [];
  readonly #free = new Map<number, number[]>();
  readonly #first: number;

  constructor(parameters: number) {
    this.#first = parameters;
  }

  take(type: number): number {
    return this.#free.get(type)?.pop() ?? this.#first + this.types.push(type) - 1;
  }
  release(local: number): void {
    const type = this.types[local - this.#first]!;
    const list = this.#free.get(type);
    if (list === undefined) this.#free.set(type, [local]);
    else list.push(local);
  }
}
