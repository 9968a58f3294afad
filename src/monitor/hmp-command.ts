import type { MonitorContext } from './command.ts';
import { type HmpArgs, type HmpValues, takeArgs } from './hmp-args.ts';
import type { NumberFormat } from './hmp-format.ts';
import type { HmpLine } from './hmp-line.ts';
import type { Maybe } from './target.ts';

/** What a command that a person typed can reach. */
export interface HmpContext extends MonitorContext {
  /** The index of the vCPU that commands are about unless they say otherwise. */
  readonly cpu: number;
  selectCpu(index: number): void;
  /** Lines that were typed before, the oldest first. */
  readonly history: readonly string[];
  /** How the last command showed memory, and the next does unless it says otherwise. */
  format: NumberFormat;
}

export interface HmpCommand {
  /** `info status` for what is asked of `info`. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** How its arguments are written. */
  readonly usage: string;
  /** One line of help. */
  readonly doc: string;
  readonly args: HmpArgs;
  /** A line that works on any machine; run as a test. */
  readonly example: string;
  /** Takes its arguments off the line and returns what to print. */
  call(line: HmpLine, context: HmpContext): Maybe<string>;
}

/** Declares a command for people. `run` returns the text to print, if any, with its line ends. */
export function hmp<const A extends HmpArgs = Record<never, never>>(
  name: string,
  spec: {
    readonly aliases?: readonly string[];
    readonly args?: A;
    readonly doc: string;
    readonly example?: string;
    run(args: HmpValues<A>, context: HmpContext): Maybe<string | void>;
  },
): HmpCommand {
  const args = spec.args ?? ({} as A);
  const aliases = spec.aliases ?? [];
  // Errors call a command by all its names, and one of `info` without that word.
  const shown = [name.replace(/^info /, ''), ...aliases].join('|');
  return {
    name,
    aliases,
    usage: Object.entries(args)
      .map(([argument, arg]) => arg.usage(argument))
      .join(' '),
    doc: spec.doc,
    args,
    example: spec.example ?? name,
    call(line, context) {
      const text = spec.run(takeArgs(args, line, shown), context);
      return text instanceof Promise ? text.then((late) => late ?? '') : (text ?? '');
    },
  };
}

/** Lines, each with its end. */
export const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
