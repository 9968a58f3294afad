import { UserError } from '../../base/errors.ts';
import { located } from './option.ts';
import { defaultSettings, type Settings } from './settings.ts';
import { optionsByName } from './table.ts';

/** Reads a command line. One dash or two, the last of a kind wins, and a listing ends it. */
export function parseCommandLine(argv: readonly string[]): Settings {
  const settings = defaultSettings();
  for (let i = 0; i < argv.length && settings.listing === undefined; i++) {
    const word = argv[i]!;
    if (!word.startsWith('-')) {
      throw new UserError(
        `${word}: not an option; a disk image is given with -drive file=${word},format=raw,if=virtio`,
      );
    }
    const option = optionsByName.get(word.replace(/^--?/, ''));
    if (option === undefined) throw new UserError(`${word}: invalid option; -help lists them`);
    if (option.argument === undefined) {
      option.apply(settings, '');
      continue;
    }
    const argument = argv[++i];
    if (argument === undefined) throw new UserError(`${word}: requires an argument: ${word} ${option.argument}`);
    located(`${word} ${argument}`, () => option.apply(settings, argument));
  }
  return settings;
}
