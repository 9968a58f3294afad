import type { OptionInfo } from '../../monitor/target.ts';
import { optionGroups } from './table.ts';

type Parameter = OptionInfo['parameters'][number];

/** Options that have parameters, for `query-command-line-options`: read from how `-help` writes them. */
export function describeOptions(): readonly OptionInfo[] {
  return optionGroups
    .flatMap(({ options }) => options)
    .map(({ name, argument = '' }) => ({ option: name, parameters: parametersOf(argument) }))
    .filter(({ parameters }) => parameters.length > 0);
}

/** `[size=]megs[,slots=n]` has `size` and `slots`. */
function parametersOf(argument: string): readonly Parameter[] {
  return [...argument.matchAll(/(?:^|[[,])([a-z][\w-]*)=\]?([^,[\]]*)/g)]
    .filter(([, name]) => name !== 'property')
    .map(([, name, value]) => ({ name: name!, type: typeOf(value!) }));
}

function typeOf(value: string): Parameter['type'] {
  if (value === 'on|off') return 'boolean';
  if (value === 'n') return 'number';
  return value === 'megs' ? 'size' : 'string';
}
