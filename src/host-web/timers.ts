import type { Timers } from '../host/timers.ts';

export class WebTimers implements Timers {
  after(milliseconds: number, act: () => void): () => void {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  }
}
