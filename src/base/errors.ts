/**
 * A mistake of the user: a bad option, a file that is missing, a port in use.
 * Programs print the message and end with status 1, so it is one line that says
 * what is wrong and how to mend it.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** What kind of mistake, for programs; the message is for people. */
  readonly code: string | undefined;

  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code;
  }
}

/** A mistake of ours: something that cannot happen happened. Never caused by a guest. */
export class BugError extends Error {
  override readonly name = 'BugError';
}

/** Ends a switch over every member of a union: a new member becomes a type error here. */
export function unreachable(value: never): never {
  throw new BugError(`unreachable: ${String(value)}`);
}
