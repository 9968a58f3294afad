import type { GuestCpu } from '../../mem/cpu.ts';

/** Why a program stopped. */
export type Stop =
  | { readonly kind: 'call' }
  /** The instruction at pc, or the access of it at `address`, is not allowed. */
  | { readonly kind: 'fault'; readonly access: 'fetch' | 'load' | 'store'; readonly address: number }
  | { readonly kind: 'misaligned'; readonly address: number }
  | { readonly kind: 'illegal' }
  | { readonly kind: 'breakpoint' };

/** A CPU that runs nothing but programs. */
export interface UserCpu extends GuestCpu {
  /** What the last run stopped for, if not for its budget or the exit word; taken. */
  takeStop(): Stop | undefined;
  /** Registers as a new program finds them. */
  begin(pc: number, stack: number): void;
}
