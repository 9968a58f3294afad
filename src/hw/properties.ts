/**
 * Properties of a device: what `-device NAME,property=value` and `-global` can set. One declaration
 * gives the value's type, the parser of the command line's text, the help line and `info qtree`.
 */

import { UserError } from '../base/errors.ts';

export interface PropertyOf<Type extends string, Value> {
  readonly type: Type;
  /** What the value is when not given. */
  readonly default: Value;
  readonly doc: string;
  /** Listings show no default for it. */
  readonly quiet?: boolean;
}

export type Property =
  | PropertyOf<'bool', boolean>
  | PropertyOf<'uint8' | 'uint16' | 'uint32' | 'int32' | 'size', number>
  | PropertyOf<'uint64', bigint>
  | PropertyOf<'str', string>
  | PropertyOf<'OnOffAuto', 'on' | 'off' | 'auto'>;

export type Properties = Readonly<Record<string, Property>>;
export type PropertyValue = boolean | number | bigint | string;

type Widened<T> = T extends boolean ? boolean : T extends number ? number : T extends bigint ? bigint : T;
type ValueOf<P extends Property> = P['type'] extends 'OnOffAuto'
  ? 'on' | 'off' | 'auto'
  : P['type'] extends 'str'
    ? string
    : Widened<P['default']>;
export type PropertyValues<P extends Properties> = { readonly [K in keyof P]: ValueOf<P[K]> };

type Bool = PropertyOf<'bool', boolean>;
type Text = PropertyOf<'str', string>;
type Auto = PropertyOf<'OnOffAuto', 'on' | 'off' | 'auto'>;
type Whole<T extends string> = PropertyOf<T, number>;

export const bool = (value: boolean, doc = 'on/off'): Bool => ({ type: 'bool', default: value, doc });
export const str = (value = '', doc = ''): Text => ({ type: 'str', default: value, doc, quiet: value === '' });
export const onOffAuto = (doc = 'on/off/auto'): Auto => ({ type: 'OnOffAuto', default: 'auto', doc });
export const uint8 = (value: number, doc = ''): Whole<'uint8'> => ({ type: 'uint8', default: value, doc });
export const uint16 = (value: number, doc = ''): Whole<'uint16'> => ({ type: 'uint16', default: value, doc });
export const uint32 = (value: number, doc = ''): Whole<'uint32'> => ({ type: 'uint32', default: value, doc });
export const size = (value: number, doc = ''): Whole<'size'> => ({ type: 'size', default: value, doc });
export const uint64 = (value: bigint, doc = ''): PropertyOf<'uint64', bigint> => ({
  type: 'uint64',
  default: value,
  doc,
});

const BITS = { uint8: 8, uint16: 16, uint32: 32, int32: 31, size: 53, uint64: 64 } as const;
const SUFFIXES = ['B', 'K', 'M', 'G', 'T', 'P', 'E'];

/** The typed values of `given`, defaults filled in. Throws a UserError in the words QEMU uses. */
export function parseProperties<P extends Properties>(
  device: string,
  declared: P,
  given: Readonly<Record<string, unknown>>,
): PropertyValues<P> {
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(declared)) values[name] = property.default;
  for (const [name, value] of Object.entries(given)) {
    const property = declared[name];
    if (property === undefined) throw new UserError(`Property '${device}.${name}' not found`);
    values[name] = parse(device, name, property, value);
  }
  return values as PropertyValues<P>;
}

function parse(device: string, name: string, property: Property, value: unknown): PropertyValue {
  switch (property.type) {
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (['on', 'yes', 'true', 'y'].includes(String(value))) return true;
      if (['off', 'no', 'false', 'n'].includes(String(value))) return false;
      throw new UserError(`Parameter '${name}' expects 'on' or 'off'`);
    case 'str':
      return String(value);
    case 'OnOffAuto':
      if (value === 'on' || value === 'off' || value === 'auto') return value;
      throw new UserError(`Parameter '${name}' does not accept value '${String(value)}'`);
    default: {
      const number = toInteger(property.type, value);
      if (number === undefined) {
        throw new UserError(
          `Parameter '${name}' expects ${property.type === 'size' ? 'a size, such as 512 or 4K' : property.type}`,
        );
      }
      const least = property.type === 'int32' ? -(2n ** 31n) : 0n;
      if (number < least || number >= 2n ** BigInt(BITS[property.type])) {
        throw new UserError(
          `Property ${device}.${name} doesn't take value ${number} (minimum: ${least}, maximum: ${2n ** BigInt(BITS[property.type]) - 1n})`,
        );
      }
      return property.type === 'uint64' ? number : Number(number);
    }
  }
}

function toInteger(type: string, value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  const match = /^(-?)(0x[0-9a-f]+|\d+)([BKMGTPE]?)$/i.exec(String(value));
  if (match === null || (match[3] !== '' && type !== 'size')) return undefined;
  const magnitude = BigInt(match[2]) << BigInt(10 * Math.max(0, SUFFIXES.indexOf(match[3].toUpperCase())));
  return match[1] === '-' ? -magnitude : magnitude;
}

/** A value as `info qtree` prints it. */
export function printProperty(property: Property, value: PropertyValue): string {
  switch (property.type) {
    case 'bool':
      return String(value);
    case 'str':
    case 'OnOffAuto':
      return JSON.stringify(value);
    case 'size': {
      let scaled = Number(value);
      let step = 0;
      // As QEMU rounds: to the next unit as soon as three digits would not do.
      while (scaled >= 1000) {
        scaled /= 1024;
        step++;
      }
      return `${value} (${Number(scaled.toPrecision(3))} ${SUFFIXES[step]}${step > 0 ? 'iB' : ''})`;
    }
    case 'int32':
      return String(value);
    default:
      return `${value} (0x${value.toString(16)})`;
  }
}

/** The line of `-device NAME,help`. */
export function helpProperty(name: string, property: Property): string {
  const text = property.type === 'str' || property.type === 'OnOffAuto' ? '"' : '';
  const shown = property.quiet === true ? '' : ` (default: ${text}${property.default}${text})`;
  const head = `  ${name}=<${property.type}>`;
  return property.doc === '' && shown === '' ? head : `${head.padEnd(24)} - ${property.doc}${shown}`;
}
