import type { Options } from '../host/options.ts';
import type { Host } from '../host/host.ts';
import type { CharBackend } from './backend.ts';

/** What back ends are given besides their options. */
export interface CharEnv {
  readonly host: Host;
  /** Tells the user something, in one line. */
  notify(line: string): void;
  /** The back end that has this id. */
  find(id: string): CharBackend | undefined;
}

/** A kind of back end: `-chardev NAME,...`. */
export interface CharKind {
  readonly name: string;
  readonly doc: string;
  /** Reads its options, all of them, and opens. Failures are `UserError`s. */
  open(label: string, options: Options, env: CharEnv): Promise<CharBackend>;
}
