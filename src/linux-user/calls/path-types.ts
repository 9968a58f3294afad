import { EFAULT, ENAMETOOLONG } from '../errno.ts';
import { PROT_READ } from '../memory/pages.ts';
import type { Caller } from './caller.ts';
import { showText } from '../strace/show.ts';
import { AT_FDCWD, type ArgumentType } from './types.ts';

/** Linux's longest path, with its zero byte. */
const PATH_MAX = 4096;

/** Bytes of a path, or a negative errno. */
export function pathLength(caller: Caller, address: number): number {
  const { memory } = caller.process;
  const reach = memory.pages.reach(address, PATH_MAX, PROT_READ);
  const { bytes } = memory;
  for (let length = 0; length < reach; length++) if (bytes[address + length] === 0) return length;
  return reach < PATH_MAX ? -EFAULT : -ENAMETOOLONG;
}

interface PathShape {
  /** Whether a directory's descriptor stands before it. */
  readonly at: boolean;
  /** Whether it is looked up below the prefix (-L) first. */
  readonly lookup: boolean;
  /** Whether a link that it names is followed. */
  readonly follows: (caller: Caller) => boolean;
  readonly isOptional?: boolean;
}

function pathType({ at, lookup: isLookup, follows, isOptional = false }: PathShape): ArgumentType {
  return {
    prepare(caller, index) {
      const address = caller.address(index);
      if (isOptional && address === 0) return 0;
      const length = pathLength(caller, address);
      if (length < 0) return length;
      const directory = at ? caller.low(index - 1) : AT_FDCWD;
      const use = { directory, isLookup, follows: follows(caller) };
      caller.scratch.places[index] = caller.process.paths.resolve(caller, address, length, use);
      return 0;
    },
    pass(caller, index) {
      if (isOptional && caller.address(index) === 0) caller.host.word(index, 0, 0);
      else caller.host.at(index, caller.scratch.places[index]!);
      return 0;
    },
    show: showText,
  };
}

const always = (): boolean => true;
const never = (): boolean => false;

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_SYMLINK_FOLLOW = 0x400;

/** Links at a path's end are followed unless a flag says no. */
export const unless =
  (argument: number, bit = AT_SYMLINK_NOFOLLOW) =>
  (caller: Caller): boolean =>
    (caller.low(argument) & bit) === 0;
/** Links at a path's end are followed if a flag says so. */
export const onlyIf =
  (argument: number, bit = AT_SYMLINK_FOLLOW) =>
  (caller: Caller): boolean =>
    (caller.low(argument) & bit) !== 0;

/** A path from a directory, the argument before it, to what is looked for below the prefix (-L), too. */
export const lookupAt = (follows: (caller: Caller) => boolean = always, isOptional = false): ArgumentType =>
  pathType({ at: true, lookup: true, follows, isOptional });
/** A path from a directory, the argument before it. */
export const pathAt = (follows: (caller: Caller) => boolean = always): ArgumentType =>
  pathType({ at: true, lookup: false, follows });
/** A path from a directory to a name that is made, removed or renamed: no link is followed. */
export const nameAt: ArgumentType = pathType({ at: true, lookup: false, follows: never });
/** A path from the current directory, also below the prefix. */
export const lookup: ArgumentType = pathType({ at: false, lookup: true, follows: always });
/** A path from the current directory. */
export const path: ArgumentType = pathType({ at: false, lookup: false, follows: always });
/** The same, of a link itself. */
export const linkPath: ArgumentType = pathType({ at: false, lookup: false, follows: never });
