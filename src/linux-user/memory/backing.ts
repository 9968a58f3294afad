/** What lies behind the pages of a process's window: the host's memory management, or a copy of it. */
export interface Backing {
  /** Whether what `prot` does not permit ends the process with SIGSEGV, and what lies beyond a file with SIGBUS. */
  readonly protects: boolean;
  /** Zeroes, from the next access on. Offsets and lengths are whole pages of the window; `prot`: PROT_*. */
  anonymous(offset: number, length: number, isShared: boolean, prot: number): number;
  protect(offset: number, length: number, prot: number): number;
  /** Bytes of a file of the host; 0 or a negative errno. */
  file(offset: number, length: number, mapping: FileMapping): number;
  /** A segment of System V's shared memory, in the place of what was there; 0 or a negative errno. */
  attach?(offset: number, id: number, prot: number): number;
  /** Writes back what was changed of a shared file. */
  sync(offset: number, length: number, flags: number): number;
  /** Moves pages, contents and all; what was there is free then. */
  move(from: number, to: number, length: number): number;
  /** Advice that changes what is read: MADV_DONTNEED and the like. */
  advise(offset: number, length: number, advice: number): number;
}

export interface FileMapping {
  /** Descriptor of the host. */
  readonly fd: number;
  readonly position: number;
  readonly isShared: boolean;
  readonly prot: number;
}
