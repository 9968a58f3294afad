import { ATOMIC, OP, SATURATING, SIMD } from './opcodes.ts';

/** What follows an opcode in the binary format. */
export type Immediate =
  | 'block'
  | 'label'
  | 'labels'
  | 'function'
  | 'signature'
  | 'local'
  | 'global'
  | 'table'
  | 'access'
  | 'i32'
  | 'i64'
  | 'f32'
  | 'f64'
  | 'v128'
  | 'lane'
  | 'reserved';

/** An instruction as the text format writes it. */
export interface InstructionForm {
  readonly name: string;
  readonly immediates: readonly Immediate[];
}

/** Prefix bytes of opcodes that are a number of their own. */
export const PREFIX_SATURATING = 0xfc;
export const PREFIX_SIMD = 0xfd;
export const PREFIX_ATOMIC = 0xfe;

/** What follows instructions whose names do not tell. */
const CONTROL: Readonly<Record<string, readonly Immediate[]>> = {
  block: ['block'],
  loop: ['block'],
  if: ['block'],
  br: ['label'],
  br_if: ['label'],
  br_table: ['labels'],
  call: ['function'],
  'ref.func': ['function'],
  return_call: ['function'],
  call_indirect: ['signature'],
  return_call_indirect: ['signature'],
  'atomic.fence': ['reserved'],
};

/** By opcode without a prefix, then behind each prefix. */
const makeForms = () =>
  ({
    plain: table(OP, plainName),
    [PREFIX_SATURATING]: table(SATURATING, plainName),
    [PREFIX_SIMD]: table(SIMD, plainName),
    [PREFIX_ATOMIC]: table(ATOMIC, atomicName),
  }) as const;
type Forms = ReturnType<typeof makeForms>;
/** Made when a listing is first wanted: most programs show none. */
let forms: Forms | undefined;

export function formOf(prefix: keyof Forms, opcode: number): InstructionForm | undefined {
  forms ??= makeForms();
  return forms[prefix].get(opcode);
}

function table(
  opcodes: Readonly<Record<string, number>>,
  nameOf: (key: string) => string,
): ReadonlyMap<number, InstructionForm> {
  return new Map(
    Object.entries(opcodes).map(([key, opcode]) => {
      const name = nameOf(key);
      return [opcode, { name, immediates: immediatesOf(name) }];
    }),
  );
}

/** `i64_load8_u` is `i64.load8_u`, `br_if` is itself. */
function plainName(key: string): string {
  return key.replace(/^(local|global|table|ref|[if]\d\d|v128|[if]\d+x\d+)_/, '$1.');
}

/** `i32_rmw_add` is `i32.atomic.rmw.add`. */
function atomicName(key: string): string {
  if (key === 'fence') return 'atomic.fence';
  if (!/^i\d\d_/.test(key)) return `memory.atomic.${key}`;
  return key.replace(/^(i\d\d)_/, '$1.atomic.').replace(/(rmw\d*)_/, '$1.');
}

function immediatesOf(name: string): readonly Immediate[] {
  const control = CONTROL[name];
  if (control !== undefined) return control;
  const [type, operation = ''] = name.split('.', 2) as [string, string?];
  if (type === 'local' || type === 'global' || type === 'table') return [type];
  if (operation === 'const') return [type as Immediate];
  const isAccess = name.includes('atomic') || /^(load|store)/.test(operation);
  const access: readonly Immediate[] = isAccess ? ['access'] : [];
  return operation.endsWith('_lane') || /_lane_[su]$/.test(operation) ? [...access, 'lane'] : access;
}
