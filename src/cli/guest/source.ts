/** Where a guest's files come from: apt, or a mirror read by ourselves. */
import type { Guest } from './catalog.ts';

export type Report = (stage: string, fraction: number) => void;

export type Source = {
  guest: Guest;
  /** A directory of our own; the source leaves the files `kernel` and `initrd` in it. */
  staging: string;
  /** The Debian mirror the user named. */
  mirror: string | undefined;
  signal: AbortSignal;
  report: Report;
};

/** A sentence's end for every failure that another mirror may mend. */
export const NAME_A_MIRROR = 'name a Debian mirror with --mirror URL or TINAMOU_MIRROR';
