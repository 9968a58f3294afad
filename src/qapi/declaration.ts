import type { JsonObject } from './json.ts';
import { Place } from './place.ts';
import { empty, type Members, type ObjectType, struct, type Values } from './struct.ts';
import type { Type } from './type.ts';

/** What a command or event takes: members written out, or a type that is declared elsewhere. */
export type CommandArgs = Members | ObjectType<unknown>;

export type ArgsOf<A extends CommandArgs> =
  A extends ObjectType<infer T> ? T : A extends Members ? Values<A> : Readonly<Record<string, never>>;

/** One declaration of a command, from which everything about it follows. */
export interface CommandSpec<A extends CommandArgs, R, Context> {
  /** The version of QEMU that first had it, or of Tinamou for a command of ours. */
  readonly since: string;
  readonly doc: string;
  readonly args?: A;
  readonly returns?: Type<R>;
  /** The errors of its own, by class: why. */
  readonly errors?: Readonly<Record<string, string>>;
  /** May be sent with `exec-oob`, so it must never wait. */
  readonly oob?: boolean;
  /** What clients look for in the introspection, such as `unstable`. */
  readonly features?: readonly string[];
  /** Arguments that work on any machine; shown in the reference and run as a test. */
  readonly example: NoInfer<ArgsOf<A>>;
  run(args: ArgsOf<A>, context: Context): NoInfer<R> | Promise<NoInfer<R>>;
}

export interface Command<in Context = never> {
  readonly name: string;
  readonly since: string;
  readonly doc: string;
  readonly args: ObjectType<unknown>;
  readonly returns: Type<unknown>;
  readonly errors: Readonly<Record<string, string>>;
  readonly oob: boolean;
  readonly features: readonly string[];
  readonly example: JsonObject;
  /** Checks the arguments, then does it. Throws a QapiError, or UserError, if it cannot be done. */
  call(args: unknown, context: Context): unknown;
}

export function command<Context, const A extends CommandArgs = Record<never, never>, R = void>(
  name: string,
  spec: CommandSpec<A, R, Context>,
): Command<Context> {
  const args = objectType(`${name} arguments`, spec.args);
  return {
    name,
    since: spec.since,
    doc: spec.doc,
    args,
    returns: spec.returns ?? empty,
    errors: spec.errors ?? {},
    oob: spec.oob ?? false,
    features: spec.features ?? [],
    example: spec.example as unknown as JsonObject,
    call: (given, context) => spec.run(args.accept(given, Place.root()) as ArgsOf<A>, context),
  };
}

/** Something that happens to the machine, of which every connection is told. */
export interface Event<T = unknown> {
  readonly name: string;
  readonly since: string;
  readonly doc: string;
  readonly data: ObjectType<T>;
}

export function event<const M extends Members = Record<never, never>>(
  name: string,
  spec: { readonly since: string; readonly doc: string; readonly data?: M },
): Event<Values<M>> {
  const data = objectType(`${name} data`, spec.data) as ObjectType<Values<M>>;
  return { name, since: spec.since, doc: spec.doc, data };
}

function objectType(name: string, given: CommandArgs | undefined): ObjectType<unknown> {
  if (given === undefined || Object.keys(given).length === 0) return empty;
  return isType(given) ? given : struct(name, '', given);
}

const isType = (given: CommandArgs): given is ObjectType<unknown> => typeof given['accept'] === 'function';
