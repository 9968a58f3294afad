import type { Arena } from '../mem/arena.ts';
import type { UserMemory } from './memory/user-memory.ts';

/** Paths of the guest that mean others of the host: those of programs' files below the prefix (-L). */
export class Paths {
  readonly prefix: string | undefined;

  constructor(arena: Arena, prefix: string | undefined) {
    void arena;
    this.prefix = prefix;
  }

  /** Where in the shared memory the path for the host is, if it is another one; else -1. */
  redirect(memory: UserMemory, address: number, length: number): number {
    void memory;
    void address;
    void length;
    return -1;
  }
}
