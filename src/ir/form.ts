import type { OpName } from './ops.ts';

/** Attributes of operations as the text writes them, in order: before the arguments, and after. */
export type Slot =
  | 'value'
  | 'length'
  | 'offset'
  | 'state'
  | 'access'
  | 'helper'
  | 'fp'
  | 'operand'
  | 'target'
  | 'kind'
  | 'lane';

export interface Form {
  readonly before: readonly Slot[];
  readonly after: readonly Slot[];
}

const form = (before: readonly Slot[], after: readonly Slot[] = []): Form => ({ before, after });
const PLAIN = form([]);
const RANGE = form([], ['value', 'length']);
const ACCESS = form([], ['access']);

const FORMS: Partial<Record<OpName, Form>> = {
  const: form(['value']),
  operand: form(['operand']),
  pc: form(['offset']),
  extract_s: RANGE,
  extract_u: RANGE,
  deposit: RANGE,
  test: form(['kind', 'lane']),
  v_splat: form(['lane']),
  v_add: form(['lane']),
  v_sub: form(['lane']),
  v_extract: form(['lane'], ['value']),
  v_replace: form(['lane'], ['value']),
  fp: form(['fp']),
  get: form(['state']),
  set: form(['state']),
  load: ACCESS,
  store: ACCESS,
  atomic_rmw: ACCESS,
  atomic_cas: ACCESS,
  load_reserved: ACCESS,
  store_conditional: ACCESS,
  fence: ACCESS,
  insn_start: form(['value', 'length']),
  call: form(['helper']),
  branch: form([], ['target']),
  jump: form(['kind', 'target']),
  jump_reg: form(['kind']),
};

/** How an operation's attributes are written. */
export const formOf = (op: OpName): Form => FORMS[op] ?? PLAIN;
