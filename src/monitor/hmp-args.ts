import { HmpError } from './hmp-error.ts';
import { expression } from './hmp-expression.ts';
import type { HmpLine } from './hmp-line.ts';
import type { MonitorTarget } from './target.ts';

/** One argument of an HMP command. Flags come before all others on a line. */
export interface HmpArg<out T> {
  readonly doc: string;
  /** `-a`: the letter. */
  readonly flag?: string;
  /** How help writes it. */
  usage(name: string): string;
  /** Takes it off the line; `command` is what its errors begin with. */
  take(line: HmpLine, command: string): T;
  /** Words that the Tab key may complete it to. */
  readonly suggest?: (target: MonitorTarget) => readonly string[];
}

export type HmpArgs = Readonly<Record<string, HmpArg<unknown>>>;
export type HmpValues<A extends HmpArgs> = { readonly [K in keyof A]: A[K] extends HmpArg<infer T> ? T : never };

/** The same argument, which the Tab key completes. */
export const suggesting = <T>(arg: HmpArg<T>, suggest: (target: MonitorTarget) => readonly string[]): HmpArg<T> => ({
  ...arg,
  suggest,
});

/** A word that must be there; `what` errors call it. */
const required =
  (what: string) =>
  (doc: string): HmpArg<string> => ({
    doc,
    usage: (name) => name,
    take(line, command) {
      const given = line.word();
      if (given === undefined) throw new HmpError(`${command}: ${what} expected`);
      return given;
    },
  });
export const word = required('string');
export const filename = required('filename');

export const optionalWord = (doc: string): HmpArg<string | undefined> => ({
  doc,
  usage: (name) => `[${name}]`,
  take: (line) => line.word(),
});

/** All that is left of the line, spaces included. `shown` is how help writes it. */
export const restOfLine = (shown: string): HmpArg<string> => ({
  doc: shown,
  usage: () => shown,
  take(line, command) {
    if (line.peek() === '') throw new HmpError(`${command}: string expected`);
    return line.match(/.*/).trimEnd();
  },
});

/** As restOfLine, and nothing is something. */
export const optionalRest = (shown: string): HmpArg<string> => ({
  doc: shown,
  usage: () => shown,
  take: (line) => (line.peek() === '' ? '' : line.match(/.*/).trimEnd()),
});

/** All words up to the end of the line. */
export const words = (doc: string): HmpArg<readonly string[]> => ({
  doc,
  usage: (name) => `[${name}]`,
  take(line) {
    const given: string[] = [];
    for (let next = line.word(); next !== undefined; next = line.word()) given.push(next);
    return given;
  },
});

/** An expression of 32 bits. */
export const integer = (doc: string): HmpArg<number> => ({
  doc,
  usage: (name) => name,
  take: takeInteger,
});

export const optionalInteger = (doc: string): HmpArg<number | undefined> => ({
  doc,
  usage: (name) => `[${name}]`,
  take: (line, command) => (line.peek() === '' ? undefined : takeInteger(line, command)),
});

/** An expression of 64 bits, such as an address. */
export const address = (doc: string): HmpArg<bigint> => ({ doc, usage: (name) => name, take: expression });

export const optionalAddress = (doc: string): HmpArg<bigint | undefined> => ({
  doc,
  usage: (name) => `[${name}]`,
  take: (line) => (line.peek() === '' ? undefined : expression(line)),
});

/** `-letter`, given or not. */
export const flag = (letter: string, doc: string): HmpArg<boolean> => ({
  doc,
  flag: letter,
  usage: () => `[-${letter}]`,
  take: () => false,
});

/** All arguments of a line, and nothing after them. */
export function takeArgs<A extends HmpArgs>(args: A, line: HmpLine, command: string): HmpValues<A> {
  const given = takeFlags(Object.values(args), line, command);
  const values = Object.entries(args).map(([name, arg]): [string, unknown] => [
    name,
    arg.flag === undefined ? arg.take(line, command) : given.has(arg.flag),
  ]);
  if (line.peek() !== '') throw new HmpError(`${command}: extraneous characters at the end of line`);
  return Object.fromEntries(values) as HmpValues<A>;
}

function takeFlags(args: readonly HmpArg<unknown>[], line: HmpLine, command: string): ReadonlySet<string> {
  const known = new Set(args.flatMap((arg) => arg.flag ?? []));
  const given = new Set<string>();
  // A command without flags may have an argument that begins with a minus.
  while (known.size > 0 && line.peek() === '-') {
    line.skip();
    const letter = line.next();
    if (!known.has(letter)) throw new HmpError(`${command}: unsupported option -${letter}`);
    line.skip();
    given.add(letter);
  }
  return given;
}

function takeInteger(line: HmpLine, command: string): number {
  const value = expression(line);
  if (value < 0n || value > 0xffff_ffffn) throw new HmpError(`'${command}' has failed: integer is for 32-bit values`);
  return Number(value);
}
