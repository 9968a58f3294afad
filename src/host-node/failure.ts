import { UserError } from '../base/errors.ts';

/** What went wrong and how to mend it, by the code of the host's error. */
const CAUSES: Readonly<Record<string, string>> = {
  EACCES: 'permission denied; give this user the right to it or choose another',
  EADDRINUSE: 'the address is in use; end the program that uses it or choose another',
  EADDRNOTAVAIL: 'this machine does not have that address; use one of its own or 127.0.0.1',
  EAI_AGAIN: 'the host name cannot be resolved; check the name and the network',
  ECONNREFUSED: 'nobody listens there; start the other side first',
  EDQUOT: 'the quota is used up; free some space',
  EEXIST: 'it exists already; remove it or choose another',
  EINVAL: 'the host does not accept it; check the spelling',
  EISDIR: 'it is a directory; name a file',
  ELOOP: 'too many symbolic links; check the path',
  EMFILE: 'too many files are open; raise the limit with ulimit -n',
  ENAMETOOLONG: 'the name is too long; choose a shorter one',
  ENETUNREACH: 'the network cannot be reached; check the address',
  ENOENT: 'no such file or directory; check the path',
  ENOSPC: 'the disk is full; free some space',
  ENOTDIR: 'a part of the path is not a directory; check the path',
  ENOTFOUND: 'the host name is not known; check the name',
  ENXIO: 'there is no such device; check the path',
  EROFS: 'the file system is read-only; choose another or open it read-only',
  ETIMEDOUT: 'no answer came; check the address',
  ETXTBSY: 'it is a program that is running; end it first',
};

export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The user's view of an error of the host: `doing` is what could not be done, as "open 'x'". */
export function hostFailure(doing: string, error: unknown): UserError {
  const code = codeOf(error);
  const cause = (code === undefined ? undefined : CAUSES[code]) ?? (error instanceof Error ? error.message : 'unknown');
  return new UserError(`cannot ${doing}: ${cause}`, { cause: error, ...(code === undefined ? {} : { code }) });
}
