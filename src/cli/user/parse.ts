import { UserError } from '../../base/errors.ts';
import { located, type Option } from '../options/option.ts';
import { userOptions } from './options.ts';
import { defaultUserSettings, type UserSettings } from './settings.ts';

export interface UserCommandLine {
  readonly settings: UserSettings;
  /** How many words of the command line are options; the program and its arguments follow. */
  readonly options: number;
}

const byName: ReadonlyMap<string, Option<UserSettings>> = new Map(
  userOptions.flatMap((option) => [option.name, ...option.aliases].map((name) => [name, option] as const)),
);

/** Reads variables and options: the last of a kind wins, a listing ends it, and so does the first word that is no option. */
export function parseUserCommandLine(
  argv: readonly string[],
  variables: Readonly<Record<string, string | undefined>>,
): UserCommandLine {
  const settings = defaultUserSettings();
  for (const option of userOptions) {
    const { variable } = option;
    const value = variable === undefined ? undefined : variables[variable];
    if (value !== undefined) located(`${variable}=${value}`, () => option.apply(settings, value));
  }
  let at = 0;
  while (settings.listing === undefined && at < argv.length && argv[at]!.startsWith('-')) {
    const word = argv[at++]!;
    if (word === '--') break;
    const option = byName.get(word.replace(/^--?/, ''));
    if (option === undefined) throw new UserError(`unknown option '${word}'; -help lists them`);
    const argument = option.argument === undefined ? '' : argv[at++];
    if (argument === undefined) {
      throw new UserError(`missing argument for option '${word}'; write ${word} ${option.argument}`);
    }
    located(`${word}${argument === '' ? '' : ` ${argument}`}`, () => option.apply(settings, argument));
  }
  if (settings.listing === undefined && at >= argv.length) {
    throw new UserError('no user program specified; write tinamou-riscv64 [options] program [arguments...]');
  }
  return { settings, options: at };
}
