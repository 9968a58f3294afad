/** How a program ended: with an exit status, or by a signal's number. */
export type MemoryProgramEnd = { readonly status: number } | { readonly signal: number };

/** Leaves whatever the program was doing. */
export class ProgramEnded extends Error {
  readonly end: MemoryProgramEnd;

  constructor(end: MemoryProgramEnd) {
    super('the program has ended');
    this.end = end;
  }
}
