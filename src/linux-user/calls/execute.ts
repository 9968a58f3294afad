import { EINVAL } from '../errno.ts';
import { onlyIf, shown, showStrings } from '../strace/show.ts';
import { atFlags } from './named-types.ts';
import { execute as run, readStrings } from '../program/execute.ts';
import { call } from './call.ts';
import type { Caller } from './caller.ts';
import { pathLength } from './path-types.ts';
import { dirfd, hex, string } from './types.ts';

/** Programs that take the place of others. */

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;

/** `path`: index of the argument that names the program; the vectors follow it. */
function execute(caller: Caller, directory: number, path: number, flags: number): number {
  const { memory } = caller.process;
  const address = caller.address(path);
  const length = pathLength(caller, address);
  if (length < 0) return length;
  const argv = readStrings(memory, caller.address(path + 1));
  if (typeof argv === 'number') return argv;
  const envp = readStrings(memory, caller.address(path + 2));
  if (typeof envp === 'number') return envp;
  return run(caller, { directory, path: memory.text(address, length), flags, argv }, envp);
}

const argv = shown(hex, showStrings);
const envp = onlyIf(hex, () => false);

export const execve = call(
  'execve',
  { path: string, argv, envp },
  { perform: (caller) => execute(caller, AT_FDCWD, 0, 0) },
);

export const execveat = call(
  'execveat',
  { dirfd, path: string, argv, envp, flags: atFlags },
  {
    perform(caller) {
      const flags = caller.low(4);
      if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) !== 0) return -EINVAL;
      return execute(caller, caller.low(0), 1, flags);
    },
  },
);
