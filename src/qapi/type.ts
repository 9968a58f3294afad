import type { SchemaBody, SchemaNames } from './introspection.ts';
import type { Place } from './place.ts';

/**
 * A type of the schema language: it checks values from outside, describes itself to programs
 * (query-qmp-schema) and to people (the reference), and is a TypeScript type: `Static<typeof t>`.
 */
export interface Type<out T> {
  /** What the reference calls it; for a type with a declaration of its own, its name. */
  readonly name: string;
  readonly doc?: string | undefined;
  /** The JSON that its values are, which is how an alternate tells its branches apart. */
  readonly json: JsonKind;
  /** The value as the program sees it, or a QapiError. Members that are not given stay absent. */
  accept(value: unknown, place: Place): T;
  /** What query-qmp-schema says; `names` gives the names of the types inside. */
  schema(names: SchemaNames): SchemaBody;
  /** The types that its declaration names, for the reference. */
  parts(): readonly Type<unknown>[];
}

export type JsonKind = 'string' | 'number' | 'int' | 'boolean' | 'null' | 'object' | 'array' | 'value';

/** The TypeScript type of a schema type's values. */
export type Static<T> = T extends Type<infer V> ? V : never;

/** A type that is declared later in the file, or that contains itself. */
export function lazy<T>(name: string, resolve: () => Type<T>): Type<T> {
  return {
    name,
    get doc() {
      return resolve().doc;
    },
    get json() {
      return resolve().json;
    },
    accept: (value, place) => resolve().accept(value, place),
    schema: (names) => resolve().schema(names),
    parts: () => resolve().parts(),
  };
}
