/**
 * What a translated function returns to its caller. pc, registers and the count are current in memory
 * either way.
 */

/** The guest returned: pc is where, and nothing but registers and memory has changed meanwhile. */
export const RETURNED = 0;
/** The run loop is to go on at pc: a trap, another mode or mapping, the exit word, cold code. */
export const UNWIND = 1;
