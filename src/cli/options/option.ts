import { UserError } from '../../base/errors.ts';
import type { Settings } from './settings.ts';

/** One option of the command line, declared once: the parser and `-help` come from it. */
export interface Option<S = Settings> {
  readonly name: string;
  /** Other names that mean the same. */
  readonly aliases: readonly string[];
  /** How its argument is written; none: it takes no argument. */
  readonly argument: string | undefined;
  readonly help: string;
  /** A variable of the environment that says the same; the command line counts for more. */
  readonly variable?: string;
  /** Puts what it says into the settings. Throws a UserError, which is told with the option's name. */
  apply(settings: S, argument: string): void;
}

/** The options that belong together in `-help`. */
export interface OptionGroup<S = Settings> {
  readonly title: string;
  readonly options: readonly Option<S>[];
}

/** `valued('m', '[size=]megs', 'guest memory …', (settings, text) => …)` */
export function valued<S = Settings>(
  name: string,
  argument: string,
  help: string,
  apply: (settings: S, argument: string) => void,
  aliases: readonly string[] = [],
): Option<S> {
  return { name, aliases, argument, help, apply };
}

export function flag<S = Settings>(
  name: string,
  help: string,
  apply: (settings: S) => void,
  aliases: readonly string[] = [],
): Option<S> {
  return { name, aliases, argument: undefined, help, apply };
}

/** Runs `act`; a user's mistake in it is told with `where` in front. */
export function located<T>(where: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw locatedError(where, error);
  }
}

/** The same, for what takes its time. */
export async function locatedLater<T>(where: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw locatedError(where, error);
  }
}

export function locatedError(where: string, error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  if (where === '') return error;
  const { code } = error;
  return new UserError(`${where}: ${error.message}`, { cause: error, ...(code === undefined ? {} : { code }) });
}
