import type { Type } from './type.ts';

export function arrayOf<T>(element: Type<T>): Type<readonly T[]> {
  return {
    name: `[${element.name}]`,
    json: 'array',
    accept(value, place) {
      if (!Array.isArray(value)) throw place.hasWrongType('array');
      return value.map((item: unknown, index) => element.accept(item, place.element(index)));
    },
    schema: (names) => ({ 'meta-type': 'array', 'element-type': names.of(element) }),
    parts: () => [element],
  };
}
