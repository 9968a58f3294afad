import type { ChardevInfo, Maybe } from './target.ts';

/** Character devices of a machine: what there is, and changing it while it runs. */
export interface CharacterTarget {
  list(): readonly ChardevInfo[];
  /** Kinds that can be made. */
  kinds(): readonly string[];
  /** Makes one: `backend` is the kind, `id` its name, and the rest belongs to the kind. */
  add(options: CharacterOptions): Promise<void>;
  /** Puts another in the place of one. Whoever uses it must be able to change over. */
  change(options: CharacterOptions): Promise<void>;
  remove(id: string): Promise<void>;
  /** As if the peer had sent a line break. */
  sendBreak(id: string): void;
  /** The memory of a ring buffer. */
  readRing(id: string, size: number): Uint8Array;
  writeRing(id: string, bytes: Uint8Array): void;
  /** Names of those that have a connection which can be cut. */
  connections(): readonly string[];
  disconnect(ids: readonly string[]): Maybe<void>;
}

export type CharacterOptions = Readonly<Record<string, unknown>> & { readonly id: string; readonly backend: string };
