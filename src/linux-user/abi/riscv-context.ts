import { word } from '../../isa/riscv/state.ts';
import type { SignalLayout } from './signal-layout.ts';

/**
 * Registers and frames of signals on riscv64, as Linux has them (arch/riscv/include/uapi/asm/ucontext.h, sigcontext.h,
 * ptrace.h): struct sigcontext is pc, x1 to x31, then a union of floating-point states, of which the one with double
 * precision is used; the union is as big as the one for quad precision and aligned to 16 bytes.
 */
export const RISCV_SIGNALS: SignalLayout = {
  action: { bytes: 24, handler: 0, flags: 8, mask: 16, restorer: undefined },
  frame: { bytes: 1088, alignment: 16, siginfo: 0, ucontext: 128 },
  ucontext: { flags: 0, link: 8, stack: 16, mask: 40, machine: 176 },
};

const PC = word('pc');
const X = word('x');
const F = word('f');
const FFLAGS = word('fflags');
const FRM = word('frm');
const FP_DIRTY = word('fpDirty');
const RESERVATION = word('reservationAddress');

const FLOAT = 256;
const FCSR = FLOAT + 256;
const CONTEXT_BYTES = FLOAT + 528;
/** Of the union's last member: zero, or the context is not taken. */
const RESERVED = FLOAT + 516;

/** Writes struct sigcontext; `words`: the hart's state. */
export function saveContext(words: Int32Array, view: DataView, at: number): void {
  for (let i = at; i < at + CONTEXT_BYTES; i += 4) view.setInt32(i, 0, true);
  for (let half = 0; half < 2; half++) view.setInt32(at + 4 * half, words[PC + half]!, true);
  for (let i = 2; i < 64; i++) view.setInt32(at + 4 * i, words[X + i]!, true);
  for (let i = 0; i < 64; i++) view.setInt32(at + FLOAT + 4 * i, words[F + i]!, true);
  view.setInt32(at + FCSR, words[FFLAGS]! | (words[FRM]! << 5), true);
}

/** Takes registers from a struct sigcontext; false, and nothing is changed, if it is not one. */
export function restoreContext(words: Int32Array, view: DataView, at: number): boolean {
  for (let i = RESERVED; i < CONTEXT_BYTES; i += 4) if (view.getInt32(at + i, true) !== 0) return false;
  for (let half = 0; half < 2; half++) words[PC + half] = view.getInt32(at + 4 * half, true);
  // Bit 0 of pc is never set (Unprivileged ISA, 2.5).
  words[PC] = words[PC]! & ~1;
  for (let i = 2; i < 64; i++) words[X + i] = view.getInt32(at + 4 * i, true);
  for (let i = 0; i < 64; i++) words[F + i] = view.getInt32(at + FLOAT + 4 * i, true);
  const fcsr = view.getInt32(at + FCSR, true);
  words[FFLAGS] = fcsr & 31;
  words[FRM] = (fcsr >>> 5) & 7;
  words[FP_DIRTY] = 1;
  dropReservation(words);
  return true;
}

/** What lr.w reserved does not outlive a handler. */
export function dropReservation(words: Int32Array): void {
  words[RESERVATION] = -1;
  words[RESERVATION + 1] = -1;
}
