import { arrayOf, enumOf, optional, required, str, struct } from '../../qapi/schema.ts';
import { QapiError } from '../../qapi/error.ts';
import { command } from '../command.ts';
import { OPTION_TYPES } from '../target.ts';
import { topic } from '../topic.ts';

const CommandLineParameterInfo = struct('CommandLineParameterInfo', 'A parameter of an option.', {
  name: required(str, 'its name'),
  type: required(enumOf('CommandLineParameterType', 'What a parameter takes.', OPTION_TYPES), 'what it takes'),
  help: optional(str, 'what it means'),
  default: optional(str, 'what it is if not given'),
});

const queryCommandLineOptions = command('query-command-line-options', {
  since: '1.5',
  doc: 'Describes the options of the command line that have parameters.',
  args: { option: optional(str, 'only this one') },
  returns: arrayOf(
    struct('CommandLineOptionInfo', 'An option.', {
      option: required(str, 'its name'),
      parameters: required(arrayOf(CommandLineParameterInfo), 'its parameters; those of a device are its properties'),
    }),
  ),
  errors: { GenericError: 'there is no such option' },
  example: { option: 'chardev' },
  run({ option: only }, { target }) {
    const options = target.options().filter(({ option }) => only === undefined || option === only);
    if (only !== undefined && options.length === 0) throw new QapiError(`invalid option name: ${only}`);
    return options;
  },
});

export const options = topic('Command line', {
  doc: 'What the program was, or could have been, started with.',
  commands: [queryCommandLineOptions],
});
