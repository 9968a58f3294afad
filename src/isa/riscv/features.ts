/**
 * What `-cpu rv64,…` switches: the properties of QEMU 7.2's rv64, with its spelling and its
 * defaults, except that `h` is off. What is not implemented yet is known by name, so that asking
 * for it fails in one line.
 */

import { UserError } from '../../base/errors.ts';

interface BooleanProperty {
  readonly doc: string;
  readonly value: boolean;
  /** The name on the command line where it differs from the key. */
  readonly spelling?: string;
  /** Nothing else than `value` can be had. */
  readonly isFixed?: true;
}

interface NumberProperty {
  readonly doc: string;
  readonly value: number;
  readonly max: number;
}

type Rest = Pick<BooleanProperty, 'spelling'>;

const on = (doc: string, rest?: Rest): BooleanProperty => ({ doc, value: true, ...rest });
const off = (doc: string, rest?: Rest): BooleanProperty => ({ doc, value: false, ...rest });
/** Part of what this CPU is. */
const always = (doc: string, rest?: Rest): BooleanProperty => ({ doc, value: true, isFixed: true, ...rest });
const never = (doc: string, rest?: Rest): BooleanProperty => ({ doc, value: false, isFixed: true, ...rest });

export const BOOLEAN_PROPERTIES = {
  i: always('base integer instructions'),
  m: on('multiplication and division'),
  a: on('atomic instructions'),
  f: on('single-precision floating point'),
  d: on('double-precision floating point'),
  c: on('16-bit instructions'),
  s: always('supervisor mode'),
  u: always('user mode'),
  g: off('i, m, a, f, d, Zicsr and Zifencei together'),
  zicsr: always('CSR instructions', { spelling: 'Zicsr' }),
  zifencei: on('instruction-fetch fence', { spelling: 'Zifencei' }),
  zihintpause: on('pause hint', { spelling: 'Zihintpause' }),
  zba: on('address generation'),
  zbb: on('basic bit manipulation'),
  zbc: on('carry-less multiplication'),
  zbs: on('single-bit instructions'),
  sstc: on('supervisor timer compare'),
  svinval: off('fine-grained TLB invalidation'),
  mmu: on('address translation'),
  pmp: on('physical memory protection'),
  debug: on('trigger CSRs; no trigger ever fires'),
  'short-isa-string': off('the ISA string without multi-letter extensions'),
  e: never('16 integer registers'),
  h: never('hypervisor'),
  v: never('vector'),
  zfh: never('half-precision floating point', { spelling: 'Zfh' }),
  zfhmin: never('half-precision conversions', { spelling: 'Zfhmin' }),
  zve32f: never('embedded vector with single precision', { spelling: 'Zve32f' }),
  zve64f: never('embedded vector with single precision and 64-bit elements', { spelling: 'Zve64f' }),
  sscofpmf: never('counter overflow'),
  svnapot: never('contiguous translations'),
  svpbmt: never('page-based memory types'),
  rvv_ma_all_1s: never('vector mask-agnostic elements are all ones'),
  rvv_ta_all_1s: never('vector tail-agnostic elements are all ones'),
  'x-epmp': never('enhanced PMP'),
  'x-j': never('dynamic languages'),
  'x-smaia': never('advanced interrupts, machine mode'),
  'x-ssaia': never('advanced interrupts, supervisor mode'),
  xventanacondops: never('conditional operations of Ventana'),
  zbkb: never('bit manipulation for cryptography'),
  zbkc: never('carry-less multiplication for cryptography'),
  zbkx: never('crossbar permutations'),
  zdinx: never('double precision in integer registers'),
  zfinx: never('single precision in integer registers'),
  zhinx: never('half precision in integer registers'),
  zhinxmin: never('half-precision conversions in integer registers'),
  zk: never('scalar cryptography'),
  zkn: never('NIST algorithm suite'),
  zknd: never('AES decryption'),
  zkne: never('AES encryption'),
  zknh: never('SHA-2'),
  zkr: never('entropy source'),
  zks: never('ShangMi algorithm suite'),
  zksed: never('SM4'),
  zksh: never('SM3'),
  zkt: never('data-independent execution latency'),
  zmmul: never('multiplication without division'),
} as const satisfies Record<string, BooleanProperty>;

export const NUMBER_PROPERTIES = {
  'pmu-num': { doc: 'programmable counters: mhpmcounter3 and on', value: 16, max: 29 },
  mvendorid: { doc: 'value of mvendorid', value: 0, max: 0xffff_ffff },
  marchid: { doc: 'value of marchid', value: 0x70216, max: Number.MAX_SAFE_INTEGER },
  mimpid: { doc: 'value of mimpid', value: 0x70216, max: Number.MAX_SAFE_INTEGER },
  resetvec: { doc: 'address of the first instruction', value: 0x1000, max: Number.MAX_SAFE_INTEGER },
} as const satisfies Record<string, NumberProperty>;

/** The only value of priv_spec. */
const PRIVILEGED_VERSION = 'v1.12.0';
/** Properties that mean something with the vector extension only. */
const VECTOR_PROPERTIES: readonly string[] = ['vext_spec', 'vlen', 'elen'];

/** What is there or not there. */
export type Extension = keyof typeof BOOLEAN_PROPERTIES;
type NumberName = keyof typeof NUMBER_PROPERTIES;

export type RiscvFeatures = { readonly [K in Extension]: boolean } & { readonly [K in NumberName]: number };

const booleans = Object.entries(BOOLEAN_PROPERTIES) as [Extension, BooleanProperty][];
const bySpelling = new Map(booleans.map(([key, property]) => [property.spelling ?? key, key]));
const isNumber = (name: string): name is NumberName => Object.hasOwn(NUMBER_PROPERTIES, name);

/** The features of `-cpu rv64` without properties. */
export const defaultFeatures: RiscvFeatures = parseFeatures('rv64');

/** Parses the argument of `-cpu`: a model and its properties. */
export function parseFeatures(argument: string): RiscvFeatures {
  const [model, ...settings] = argument.split(',');
  if (model !== 'rv64' && model !== 'any') {
    throw new UserError(`unable to find CPU model '${model}'; the models are rv64 and any`);
  }
  const features: Record<string, boolean | number> = {};
  for (const [name, { value }] of Object.entries(BOOLEAN_PROPERTIES)) features[name] = value;
  for (const [name, { value }] of Object.entries(NUMBER_PROPERTIES)) features[name] = value;
  for (const setting of settings) {
    const equals = setting.indexOf('=');
    if (equals < 0) throw new UserError(`-cpu: Expected key=value format, found ${setting}.`);
    set(features, setting.slice(0, equals), setting.slice(equals + 1));
  }
  const result = features as RiscvFeatures;
  if (result.d && !result.f) throw new UserError('-cpu: D extension requires F extension');
  return result;
}

function set(features: Record<string, boolean | number>, name: string, text: string): void {
  const failed = `can't apply global rv64-riscv-cpu.${name}=${text}`;
  const key = bySpelling.get(name);
  if (key !== undefined) {
    const value = parseBoolean(text);
    if (value === undefined) throw new UserError(`${failed}: Parameter '${name}' expects 'on' or 'off'`);
    const property: BooleanProperty = BOOLEAN_PROPERTIES[key];
    if (property.isFixed && value !== property.value) {
      const why = value ? 'this extension is not implemented; leave it off' : 'this CPU always has it; leave it on';
      throw new UserError(`${failed}: ${property.doc}: ${why}`);
    }
    features[key] = value;
  } else if (isNumber(name)) {
    const { max } = NUMBER_PROPERTIES[name];
    const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
    if (!(value <= max)) throw new UserError(`${failed}: Parameter '${name}' expects a number from 0 to ${max}`);
    features[name] = value;
  } else if (name === 'priv_spec') {
    if (text !== PRIVILEGED_VERSION) throw new UserError(`${failed}: the only version is ${PRIVILEGED_VERSION}`);
  } else if (VECTOR_PROPERTIES.includes(name)) {
    throw new UserError(`${failed}: the vector extension is not implemented; leave the property away`);
  } else {
    throw new UserError(`${failed}: Property 'rv64-riscv-cpu.${name}' not found; see -device rv64-riscv-cpu,help`);
  }
}

function parseBoolean(text: string): boolean | undefined {
  if (['on', 'yes', 'true', 'y'].includes(text)) return true;
  return ['off', 'no', 'false', 'n'].includes(text) ? false : undefined;
}

/** Multi-letter extensions in the order of the ISA string (Unprivileged ISA, chapter 27). */
const MULTI_LETTER = ['zicsr', 'zifencei', 'zihintpause', 'zba', 'zbb', 'zbc', 'zbs', 'sstc', 'svinval'] as const;

/** `riscv,isa` of the device tree. */
export function isaString(features: RiscvFeatures): string {
  const single = [...'imafdc'].filter((letter) => features[letter as 'i']).join('');
  const extensions = features['short-isa-string'] ? [] : MULTI_LETTER.filter((name) => features[name]);
  return [`rv64${single}`, ...extensions].join('_');
}

/** `mmu-type` of the device tree. */
export function mmuType(features: RiscvFeatures): string {
  return features.mmu ? 'riscv,sv48' : 'riscv,none';
}

/** The letters of misa as bits 0 to 25 (Privileged Architecture 1.12, 3.1.1). */
export function misaLetters(features: RiscvFeatures): number {
  let bits = 0;
  for (const letter of 'imafdcsu') if (features[letter as 'i']) bits |= 1 << (letter.charCodeAt(0) - 97);
  return bits;
}
