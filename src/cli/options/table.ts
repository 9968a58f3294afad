/** Every option there is. */
import { block } from './block.ts';
import { boot } from './boot.ts';
import { character } from './character.ts';
import { debug } from './debug.ts';
import type { Option, OptionGroup } from './option.ts';
import { standard } from './standard.ts';

export const optionGroups: readonly OptionGroup[] = [standard, boot, block, character, debug];

/** By every name it has. */
export const optionsByName: ReadonlyMap<string, Option> = new Map(
  optionGroups.flatMap(({ options }) =>
    options.flatMap((option) => [option.name, ...option.aliases].map((name) => [name, option] as const)),
  ),
);
