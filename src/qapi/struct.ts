import { isObject, type Json } from './json.ts';
import type { SchemaNames } from './introspection.ts';
import type { Place } from './place.ts';
import type { Type } from './type.ts';

/** One member of an object. */
export interface Member<T, Optional extends boolean> {
  readonly type: Type<T>;
  readonly doc: string;
  readonly optional: Optional;
}

export type Members = Readonly<Record<string, Member<unknown, boolean>>>;

export const required = <T>(type: Type<T>, doc: string): Member<T, false> => ({ type, doc, optional: false });
export const optional = <T>(type: Type<T>, doc: string): Member<T, true> => ({ type, doc, optional: true });

type NamesOf<M extends Members, Optional extends boolean> = {
  [K in keyof M]: M[K] extends Member<unknown, Optional> ? K : never;
}[keyof M];
type ValueOf<M> = M extends Member<infer T, boolean> ? T : never;
/** Shown by editors as the object it is. */
export type Flat<T> = { readonly [K in keyof T]: T[K] };

/** The TypeScript type of an object with these members. */
export type Values<M extends Members> = Flat<
  { [K in NamesOf<M, false>]: ValueOf<M[K]> } & { [K in NamesOf<M, true>]?: ValueOf<M[K]> | undefined }
>;

/** A type whose values are objects, and whose members can be looked at. */
export interface ObjectType<out T> extends Type<T> {
  readonly members: Members;
  /** Which variant applies is said by the member `tag`; a value that is not listed adds no members. */
  readonly variants?: { readonly tag: string; readonly cases: Readonly<Record<string, ObjectType<unknown>>> };
}

/** An object with the members given, and no others. */
export function struct<M extends Members>(name: string, doc: string, members: M): ObjectType<Values<M>> {
  return {
    name,
    doc,
    json: 'object',
    members,
    accept(value, place) {
      const taken = new MemberTaker(value, place);
      taken.take(members);
      return taken.all() as Values<M>;
    },
    schema: (names) => ({ 'meta-type': 'object', members: describeMembers(members, names) }),
    parts: () => Object.values(members).map((member) => member.type),
  };
}

/** An object with the members given, and any others besides: what those are is known only later. */
export function openStruct<M extends Members>(
  name: string,
  members: M,
): ObjectType<Values<M> & Readonly<Record<string, unknown>>> {
  const known = struct(name, '', members);
  return {
    ...known,
    accept(value, place) {
      const taken = new MemberTaker(value, place);
      taken.take(members);
      return { ...(value as object), ...taken.taken() } as Values<M> & Readonly<Record<string, unknown>>;
    },
  };
}

/** No members at all: the arguments and the answer of a command that has none. */
export const empty = struct('empty', 'An object without members.', {});

/** Takes members out of an object one declaration after the other, and refuses what is left over. */
export class MemberTaker {
  readonly #place: Place;
  readonly #given: { readonly [name: string]: Json | undefined };
  readonly #taken: Record<string, unknown> = {};

  constructor(value: unknown, place: Place) {
    if (!isObject(value)) throw place.hasWrongType('object');
    this.#given = value;
    this.#place = place;
  }

  take(members: Members): void {
    for (const name in members) {
      const member = members[name]!;
      const value = Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
      if (value !== undefined) this.#taken[name] = member.type.accept(value, this.#place.member(name));
      else if (!member.optional) throw this.#place.member(name).isMissing();
    }
  }

  value(name: string): unknown {
    return this.#taken[name];
  }

  taken(): Readonly<Record<string, unknown>> {
    return this.#taken;
  }

  /** What was taken, if that is all there is. */
  all(): Readonly<Record<string, unknown>> {
    for (const name in this.#given) {
      if (!Object.hasOwn(this.#given, name) || this.#given[name] === undefined) continue;
      if (!Object.hasOwn(this.#taken, name)) throw this.#place.member(name).isUnexpected();
    }
    return this.#taken;
  }
}

export const describeMembers = (members: Members, names: SchemaNames): readonly Json[] =>
  Object.entries(members).map(([name, member]) => ({
    name,
    type: names.of(member.type),
    // There is no default to tell; that the member is there says that it may be left out.
    ...(member.optional ? { default: null } : {}),
  }));
