import { describe, versionText } from '../options/help.ts';
import { userOptionGroups, userOptions } from './options.ts';

const COLUMN = 20;

export function userHelpText(): string {
  const groups = userOptionGroups.map(({ title, options }) => `${title}:\n${options.map(describe).join('')}\n`);
  const variables = userOptions
    .filter(({ variable }) => variable !== undefined)
    .map(({ name, variable }) => `  ${variable!.padEnd(COLUMN)}-${name}\n`);
  return `${versionText()}usage: tinamou-riscv64 [options] program [arguments...]

Runs a Linux program made for riscv64, with the files, users and processes of this
system. A program that is linked dynamically needs its libraries, for example:

  tinamou-riscv64 -L /usr/riscv64-linux-gnu ./program

Options begin with one dash or two; everything after the program is the program's.

${groups.join('')}Variables of the environment that say the same; options count for more:
${variables.join('')}
What is learnt of a program makes its next run faster. It is kept where
TINAMOU_PROGRAMS says (none: nowhere), else in ~/.cache/tinamou/programs.
`;
}
