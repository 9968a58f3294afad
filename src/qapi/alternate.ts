import type { JsonKind, Static, Type } from './type.ts';

/** A value of one of several types, told apart by the kind of JSON. */
export function alternate<const B extends Readonly<Record<string, Type<unknown>>>>(
  name: string,
  doc: string,
  branches: B,
): Type<Static<B[keyof B]>> {
  const types = Object.values(branches) as readonly Type<Static<B[keyof B]>>[];
  return {
    name,
    doc,
    json: 'value',
    accept(value, place) {
      const kind = kindOf(value);
      const branch = types.find(({ json }) => json === kind || (kind === 'int' && json === 'number'));
      if (branch === undefined) throw place.hasWrongType(name);
      return branch.accept(value, place);
    },
    schema: (names) => ({ 'meta-type': 'alternate', members: types.map((type) => ({ type: names.of(type) })) }),
    parts: () => types,
  };
}

function kindOf(value: unknown): JsonKind | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    case 'object':
      return 'object';
    case 'bigint':
      return 'int';
    case 'number':
      return Number.isSafeInteger(value) ? 'int' : 'number';
    default:
      return undefined;
  }
}
