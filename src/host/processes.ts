import { UserError } from '../base/errors.ts';

/** A program that runs beside this one. */
export interface Child {
  /** For its standard input. Resolves when it takes more; rejects once it has gone. `bytes` is borrowed until then. */
  write(bytes: Uint8Array): Promise<void>;
  /** What it prints. */
  readonly output: AsyncIterable<Uint8Array>;
  /** It gets no more input. Resolves with its exit status, or 128 and the signal that ended it. */
  end(): Promise<number>;
  /** Ends it. */
  kill(): void;
}

/** Programs of the host, started by lines for its shell. What they have to say of errors goes where ours goes. */
export interface Processes {
  /** Throws a UserError where there are no programs. */
  start(line: string): Child;
}

/** For where there are none. */
export const noProcesses = (why: string): Processes => ({
  start() {
    throw new UserError(why);
  },
});
