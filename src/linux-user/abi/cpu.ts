import type { GuestCpu } from '../../mem/cpu.ts';
import type { DebugCpu } from '../../mem/debug.ts';

/** Why a program stopped. */
export type Stop =
  | { readonly kind: 'call' }
  /** The instruction at pc, or the access of it at the address given in halves, is not allowed. */
  | { readonly kind: 'fault'; readonly access: 'fetch' | 'load' | 'store'; readonly low: number; readonly high: number }
  | { readonly kind: 'misaligned'; readonly low: number; readonly high: number }
  | { readonly kind: 'illegal' }
  | { readonly kind: 'breakpoint' };

/** A CPU that runs nothing but programs. */
export interface UserCpu extends GuestCpu {
  /** Registers as a debugger knows them. */
  readonly debug: DebugCpu;
  /** What the last run stopped for, if not for its budget or the exit word; taken. */
  takeStop(): Stop | undefined;
  /** Registers were put in place of its own: brings up to date what follows from them. Its TLBs are empty then. */
  adopt(): void;
  /** Registers as a new program finds them. */
  begin(pc: number, stack: number): void;
  /** Goes on at another address, given in halves; what was reserved for a conditional store is not any more. */
  jump(low: number, high: number): void;
  /** Writes all registers as the architecture's mcontext_t (SignalLayout.ucontext). */
  saveContext(view: DataView, at: number): void;
  /** Takes all registers from one; false, and nothing is changed, if it cannot be one. */
  restoreContext(view: DataView, at: number): boolean;
}
