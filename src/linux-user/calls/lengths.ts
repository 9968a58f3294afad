import { call, type SystemCall } from './call.ts';
import type { Caller } from './caller.ts';
import { closeOnHost } from './new-fd.ts';
import { path } from './path-types.ts';
import { passOn } from './pass.ts';
import { fd, int, long } from './types.ts';

/** How long files are: what of them is mapped ends elsewhere then. */

/** Does a call that may change the length of the file of the first argument. */
function resize(caller: Caller, self: SystemCall): number {
  const result = passOn(caller, self);
  const { descriptors, files } = caller.process;
  if (result >= 0) files.resized(caller, descriptors.hostOf(caller.low(0)));
  return result;
}

export const ftruncate = call('ftruncate', { fd, length: long }, { perform: resize });
export const fallocate = call('fallocate', { fd, mode: int, offset: long, length: long }, { perform: resize });

const AT_FDCWD = -100;
const O_PATH_CLOEXEC = 0o12000000;

export const truncate = call(
  'truncate',
  { path, length: long },
  {
    perform(caller, self) {
      const result = passOn(caller, self);
      if (result < 0) return result;
      const { host, scratch, process } = caller;
      host.int(0, AT_FDCWD);
      host.at(1, scratch.places[0]!);
      host.int(2, O_PATH_CLOEXEC);
      const file = host.call(host.numbers.openat);
      if (file < 0) return result;
      process.files.resized(caller, file);
      closeOnHost(caller, file);
      return result;
    },
  },
);
