import type { Json } from '../../qapi/json.ts';

/** A property that every object of a type has, before there is one. */
export interface TypeProperty {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  readonly 'default-value'?: Json;
}

/** A type of objects. */
export interface ObjectType {
  readonly name: string;
  readonly parent?: string;
  readonly isAbstract?: boolean;
  /** Of its own; those of its parents are its as well. */
  readonly properties: readonly TypeProperty[];
}

/** Types by name, and how they descend from each other. */
export class ObjectTypes {
  readonly #types: ReadonlyMap<string, ObjectType>;

  constructor(types: readonly ObjectType[]) {
    this.#types = new Map(types.map((type) => [type.name, type]));
  }

  find(name: string): ObjectType | undefined {
    return this.#types.get(name);
  }

  /** Those that are of a type, or all. */
  descendants(of?: string): readonly ObjectType[] {
    return [...this.#types.values()].filter((type) => of === undefined || this.implements(type, of));
  }

  implements(type: ObjectType, name: string): boolean {
    return this.#line(type).some((each) => each.name === name);
  }

  /** Its own properties, and those of its parents. */
  properties(type: ObjectType): readonly TypeProperty[] {
    return this.#line(type).flatMap(({ properties }) => properties);
  }

  /** A type and those that it descends from. */
  #line(type: ObjectType): readonly ObjectType[] {
    const parent = type.parent === undefined ? undefined : this.find(type.parent);
    return [type, ...(parent === undefined ? [] : this.#line(parent))];
  }
}
