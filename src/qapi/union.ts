import type { EnumType } from './enum.ts';
import {
  describeMembers,
  empty,
  type Flat,
  type Member,
  type Members,
  MemberTaker,
  type ObjectType,
  type Values,
} from './struct.ts';
import type { Static } from './type.ts';

type Cases = Readonly<Record<string, ObjectType<unknown>>>;
type TagOf<B extends Members, T extends keyof B> = B[T] extends Member<infer V extends string, false> ? V : never;

/** One TypeScript type for each value of the tag: the common members and those of the case. */
export type UnionValues<B extends Members, T extends keyof B, C extends Cases> = {
  [V in TagOf<B, T>]: Flat<Omit<Values<B>, T> & { [K in T]: V } & (V extends keyof C ? Static<C[V]> : unknown)>;
}[TagOf<B, T>];

/** An object whose further members depend on the value of one of them, the tag. */
export function union<B extends Members, T extends keyof B & string, C extends Cases>(
  name: string,
  doc: string,
  shape: { readonly tag: T; readonly members: B; readonly cases: C },
): ObjectType<UnionValues<B, T, C>> {
  const { tag, members, cases } = shape;
  const tags = members[tag]!.type as EnumType<string>;
  return {
    name,
    doc,
    json: 'object',
    members,
    variants: { tag, cases },
    accept(value, place) {
      const taken = new MemberTaker(value, place);
      taken.take(members);
      taken.take(cases[taken.value(tag) as string]?.members ?? {});
      return taken.all() as unknown as UnionValues<B, T, C>;
    },
    schema: (names) => ({
      'meta-type': 'object',
      members: describeMembers(members, names),
      tag,
      variants: tags.values.map((value) => ({ case: value, type: names.of(cases[value] ?? empty) })),
    }),
    parts: () => [...Object.values(members).map((member) => member.type), ...Object.values(cases)],
  };
}
