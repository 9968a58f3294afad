import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { SA_RESTART } from './actions.ts';
import { UNMASKABLE, type SignalSet } from './signal-set.ts';

/**
 * The system call that a thread is in, as signals see it: what becomes of it when one interrupts it is not known before
 * it is known whether a handler runs.
 */
export class InterruptedCall {
  /** To be done again, to be as the handler's SA_RESTART says, or to give EINTR. */
  #state: 'restart' | 'flag' | 'never' | undefined;
  #willResume = false;
  readonly #mask: SignalSet = { low: 0, high: 0 };
  #hasMask = false;
  /** The call that is being done was interrupted before, by nothing that the program saw. */
  isResumed = false;
  /** What such a call had left of its time: a timespec. */
  readonly left = new Int32Array(4);

  get isInterrupted(): boolean {
    return this.#state !== undefined;
  }

  /** The mask that the call has while it waits, if it was interrupted in that. */
  get mask(): Readonly<SignalSet> | undefined {
    return this.#state !== undefined && this.#hasMask ? this.#mask : undefined;
  }

  /** A call begins. */
  begin(): void {
    this.isResumed = this.#willResume;
    this.#willResume = false;
    this.#hasMask = false;
  }

  /** It has a mask of its own while it waits; gives that as it is used. */
  useMask({ low, high }: Readonly<SignalSet>): Readonly<SignalSet> {
    this.#mask.low = low & ~UNMASKABLE;
    this.#mask.high = high;
    this.#hasMask = true;
    return this.#mask;
  }

  /** It ended with `result`, -EINTR or INTERRUPTED_BEFORE. `isNever`: such a call is never restarted after a handler. */
  interrupted(result: number, isNever: boolean): void {
    // With a mask of its own it loses nothing if the signal came before it.
    if (result === INTERRUPTED_BEFORE && (this.#hasMask || !isNever)) {
      this.#state = 'restart';
      this.#hasMask = false;
    } else this.#state = isNever ? 'never' : 'flag';
  }

  /** A handler with these flags is about to run: true if the call fails with EINTR; else it is done again after it. */
  settle(flags: number): boolean {
    const state = this.#state;
    this.#state = undefined;
    return state === 'never' || (state === 'flag' && (flags & SA_RESTART) === 0);
  }

  /** No handler runs any more: what none has settled is done again, unseen. */
  resume(): void {
    this.#willResume = this.#state !== undefined;
    this.#state = undefined;
  }

  forget(): void {
    this.#state = undefined;
    this.#willResume = false;
  }
}
