import type { Timers } from '../host/timers.ts';

export class NodeTimers implements Timers {
  after(milliseconds: number, act: () => void): () => void {
    const timer = setTimeout(act, milliseconds).unref();
    return () => clearTimeout(timer);
  }
}
