import type { Guest } from '../ir/guest.ts';
import { F32, F64, I32, I64 } from '../wasm/opcodes.ts';
import type { ModuleBuilder } from '../wasm/module.ts';
import type { Parallel } from './shared.ts';
import type { AccessWindow } from './window.ts';

/** Functions in WebAssembly that emitted code calls, by name, with their types. `P` is an address. */
const WASM_FUNCTIONS = {
  load: ['P', I64, I32],
  store: ['P', I64, I64, I32],
  atomic: ['P', I64, I64, I32, I32],
  soft: ['P', I64, I64, I64, I32, I32],
  jump: ['P'],
  single: ['P'],
  promoted: ['P', I32],
  told: ['P', I32, I32],
  resume: ['P', I32, I64, I64, I32],
  mulhi_u: [I64, I64],
  mulhi_s: [I64, I64],
  mulhi_su: [I64, I64],
  clmul: [I64, I64],
  clmulh: [I64, I64],
  fused_f64: [F64, F64, F64],
  fused_f32: [F32, F32, F32],
} as const;

const RESULTS: Readonly<Record<keyof typeof WASM_FUNCTIONS, readonly number[]>> = {
  load: [I32],
  store: [I32],
  atomic: [I32],
  soft: [I64],
  jump: [I32],
  single: [I32],
  promoted: [I32],
  told: [I32],
  resume: [I32],
  mulhi_u: [I64],
  mulhi_s: [I64],
  mulhi_su: [I64],
  clmul: [I64],
  clmulh: [I64],
  fused_f64: [F64],
  fused_f32: [F32],
};

export type RuntimeFunction = keyof typeof WASM_FUNCTIONS;
export const RUNTIME_FUNCTIONS = Object.keys(WASM_FUNCTIONS) as readonly RuntimeFunction[];

/** Index type of addresses in WebAssembly's numbering of value types. */
export function addressType(width: 32 | 64): number {
  return width === 64 ? I64 : I32;
}

export function runtimeType(builder: ModuleBuilder, name: RuntimeFunction, width: 32 | 64): number {
  const parameters = WASM_FUNCTIONS[name].map((type) => (type === 'P' ? addressType(width) : type));
  return builder.type(parameters, RESULTS[name]);
}

/** Declares the imports from the runtime: the same in every module but the runtime itself. */
export function importRuntime(builder: ModuleBuilder, width: 32 | 64): Record<RuntimeFunction, number> {
  return Object.fromEntries(
    RUNTIME_FUNCTIONS.map((name) => [name, builder.importFunction('runtime', name, runtimeType(builder, name, width))]),
  ) as Record<RuntimeFunction, number>;
}

/** Function indices that emitted code may call in its module. */
export interface CallTargets {
  readonly runtime: Readonly<Record<RuntimeFunction, number>>;
  /** `memory(kind, info)`: a memory access by JavaScript. */
  readonly memory: number;
  /** `fp(code, rounding mode)`: soft float on its window. */
  readonly fp: number;
  /** `promote(slot)`: a translated function was entered often; gives the slot to enter instead. */
  readonly promote: number;
  /** `verify(slot)`: whether the pages of the region in a slot are still mapped as it assumes. */
  readonly verify: number;
  /** `told(record, va)`: the computed jump at a record, the low half of whose address is `va`, goes to pc. */
  readonly told: number;
  /** As `told`, of a jump in a region that was not seen to go there; 1 if the region is given up for that. */
  readonly surprised: number;
  /** Whether relaxed SIMD's multiply-add is known to be fused. */
  readonly fuses: boolean;
  /** Address of an i32 for each slot: entries until it is promoted. */
  readonly counts: number;
  /** Entries of an instruction TLB. */
  readonly codeTlbEntries: number;
  /** `counts` is added to the address of the CPU's state. */
  readonly countsAreNear: boolean;
  /** All memory, where it is a program's; else accesses go through the TLB. */
  readonly window: AccessWindow | undefined;
  /** Undefined if no two CPUs ever run at the same time. */
  readonly parallel: Parallel | undefined;
  /** Helpers by name. */
  readonly helpers: ReadonlyMap<string, number>;
  /** Type of a block: (address of the CPU) -> RETURNED or UNWIND. */
  readonly blockType: number;
  /**
   * Type of a region: (address of the CPU, address of its first page, what remains, depth of calls)
   * -> (what remains, pc); see outcome.ts.
   */
  readonly regionType: number;
}

/** Declares the imports from JavaScript: the same in every module. */
export function importJavaScript(
  builder: ModuleBuilder,
  guest: Guest,
): {
  memory: number;
  fp: number;
  promote: number;
  verify: number;
  told: number;
  surprised: number;
  helpers: Map<string, number>;
} {
  const two = builder.type([I32, I32], [I32]);
  const one = builder.type([I32], [I32]);
  const none = builder.type([], [I32]);
  return {
    memory: builder.importFunction('js', 'memory', two),
    fp: builder.importFunction('js', 'fp', two),
    promote: builder.importFunction('js', 'promote', one),
    verify: builder.importFunction('js', 'verify', one),
    told: builder.importFunction('js', 'told', two),
    surprised: builder.importFunction('js', 'surprised', two),
    helpers: new Map(guest.helpers.map(({ name }) => [name, builder.importFunction('helper', name, none)])),
  };
}
