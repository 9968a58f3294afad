import { UserError } from '../../base/errors.ts';
import type { Settings } from './settings.ts';

/** One option of the command line, declared once: the parser and `-help` come from it. */
export interface Option {
  readonly name: string;
  /** Other names that mean the same. */
  readonly aliases: readonly string[];
  /** How its argument is written; none: it takes no argument. */
  readonly argument: string | undefined;
  readonly help: string;
  /** Puts what it says into the settings. Throws a UserError, which is told with the option's name. */
  apply(settings: Settings, argument: string): void;
}

/** The options that belong together in `-help`. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly Option[];
}

/** `valued('m', '[size=]megs', 'guest memory …', (settings, text) => …)` */
export function valued(
  name: string,
  argument: string,
  help: string,
  apply: Option['apply'],
  aliases: readonly string[] = [],
): Option {
  return { name, aliases, argument, help, apply };
}

export function flag(
  name: string,
  help: string,
  apply: (settings: Settings) => void,
  aliases: readonly string[] = [],
): Option {
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
