import type { Completion } from '../../host/request-ring.ts';
import type { PortArrival } from '../timed-io.ts';

/**
 * Where a vCPU learns what comes from outside, at which instant: from the world, which may be written down, or
 * from a recording.
 */
export interface Journal {
  /** Something came that can be let in between two instructions. */
  readonly hasArrival: boolean;
  /** What is let in at this instant. */
  takeArrival(): PortArrival | undefined;
  /** Instructions until the next thing comes, if that is known. */
  readonly instructionsLeft: number;
  /** Virtual time at which the next thing comes to a CPU that waits, if that is known. */
  readonly nextTime: number;
  /** A disk carried out a request: the error to tell the guest. */
  done(disk: number, completion: Completion): number;
}
