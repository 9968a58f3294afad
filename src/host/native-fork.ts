/** Copying the process. */
export interface NativeFork {
  /**
   * Returns the child's number in the parent and 0 in the child, as clone does, a negative error, or INTERRUPTED_BEFORE
   * if a signal waits to be taken first. `flags` are clone's, the exit signal among them, without CLONE_VM and what
   * depends on it. All threads of the process exist in the child too and go on: threads of the guest must therefore stand
   * where they do nothing until they are told, and in the child be told other
   * things. One thread at a time may call this.
   */
  fork(flags: number): number;
}
