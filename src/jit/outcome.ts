/**
 * What a translated function returns to its caller. pc, registers and the count are current in memory
 * either way.
 */

/** The guest returned: pc is where, and nothing but registers and memory has changed meanwhile. */
export const RETURNED = 0;
/** The run loop is to go on at pc: a trap, another mode or mapping, the exit word, cold code. */
export const UNWIND = 1;

/*
 * What a region gives its caller: two values, what remains of the budget and the pc that the guest
 * returned to. Both are in registers then, not in memory; a negative first value says otherwise.
 */

/** As UNWIND: pc, registers and the count are current in memory. */
export const UNWOUND = -1;
/** As UNWOUND, but only this region is left: the guest goes on at pc in the same mode and mapping. */
export const LEFT = -2;
