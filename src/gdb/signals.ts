/** Signals as gdb numbers them. */
export const SIGNAL_QUIT = 3;
export const SIGNAL_TRAP = 5;
