/**
 * Exception flags (IEEE 754-2019, clause 7), numbered as in RISC-V's fflags
 * (Unprivileged ISA 20191213, 11.2). Guests with another order permute the five bits.
 */

/** Inexact (7.6). */
export const NX = 1;
/** Underflow (7.5): tiny and inexact, as the default handling has it. */
export const UF = 2;
/** Overflow (7.4). */
export const OF = 4;
/** Division by zero (7.3). */
export const DZ = 8;
/** Invalid operation (7.2). */
export const NV = 16;
