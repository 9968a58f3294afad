import { UserError } from '../base/errors.ts';
import type { MonitorTarget } from './target.ts';

/** A replay that stands at its 1000th instruction, and goes nowhere. */
export class FakeReplay implements Pick<MonitorTarget['replay'], keyof MonitorTarget['replay']> {
  readonly info = { mode: 'play', filename: 'session.rr', icount: 1000 } as const;

  async setBreak(icount: number): Promise<void> {
    if (icount < this.info.icount) throw new UserError('cannot set breakpoint at the instruction in the past');
  }
  async deleteBreak(): Promise<void> {}
  async seek(): Promise<void> {}
}
