import { fileOf, type Encoding } from './insn.ts';
import { extract } from './pattern.ts';

/**
 * Assembly of an encoding, as the templates of the declarations say: registers by number, without
 * aliases. A template's braces hold an operand's name, which says how it is written, or
 * `pc+imm`, an address; `imm>>12`; `,rm`, absent when dynamic; `.aqrl`, a suffix.
 */
export function assemblyOf(encoding: Encoding | undefined, word: number, pc: bigint): string {
  if (encoding === undefined) {
    return (word & 3) === 3 ? `.word ${hex(word >>> 0)}` : `.half ${hex(word & 0xffff)}`;
  }
  const values = new Map(encoding.bits.fields.map((field) => [field.name, extract(field, word)]));
  return fillTemplate(encoding.asm, (name, form) => {
    const value = values.get(name)!;
    if (form === 'address') return hex(BigInt.asUintN(64, pc + BigInt(value)));
    if (form === 'shifted') return hex(value >>> 12);
    return written(name, value);
  });
}

/** A template with what stands for each operand in the place of its braces. */
export function fillTemplate(
  template: string,
  write: (name: string, form: 'address' | 'shifted' | 'plain') => string,
): string {
  return template.replaceAll(/\{(?<prefix>pc\+|[.,])?(?<name>\w+)(?<shifted>>>12)?\}/g, (...all) => {
    const { prefix, name, shifted } = all.at(-1) as Record<'prefix' | 'name' | 'shifted', string | undefined>;
    return write(name!, prefix === 'pc+' ? 'address' : shifted === undefined ? 'plain' : 'shifted');
  });
}

const ROUNDING = ['rne', 'rtz', 'rdn', 'rup', 'rmm', 'rm5', 'rm6'];
const ORDER = ['', '.rl', '.aq', '.aqrl'];

export function written(name: string, value: number): string {
  const file = fileOf(name);
  if (file !== undefined) return `${file}${value}`;
  switch (name) {
    case 'shamt':
    case 'csr':
      return hex(value);
    case 'rm':
      return value === 7 ? '' : `, ${ROUNDING[value]}`;
    case 'aqrl':
      return ORDER[value]!;
    case 'pred':
    case 'succ':
      return accesses(value);
    default:
      return String(value);
  }
}

/** The kinds of access that a fence orders. */
function accesses(set: number): string {
  return ['i', 'o', 'r', 'w'].filter((_, index) => (set & (8 >> index)) !== 0).join('') || '0';
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;
