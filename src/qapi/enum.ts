import type { Type } from './type.ts';

export interface EnumType<V extends string> extends Type<V> {
  readonly values: readonly V[];
}

/** One word out of a list. */
export function enumOf<const V extends string>(name: string, doc: string, values: readonly V[]): EnumType<V> {
  const known: ReadonlySet<string> = new Set(values);
  return {
    name,
    doc,
    json: 'string',
    values,
    accept(value, place) {
      if (typeof value !== 'string') throw place.hasWrongType('string');
      if (!known.has(value)) throw place.doesNotAccept(value);
      return value as V;
    },
    // `values` is the older of the two lists; clients of either age find what they look for.
    schema: () => ({ 'meta-type': 'enum', members: values.map((value) => ({ name: value })), values }),
    parts: () => [],
  };
}
