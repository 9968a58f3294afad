import { UserError } from '../../base/errors.ts';
import type { Machine } from '../machine.ts';

export type ReplayMode = 'none' | 'record' | 'play';

export interface ReplayInfo {
  readonly mode: ReplayMode;
  readonly filename: string | undefined;
  /** Instructions retired; 0 if nothing is recorded or replayed. */
  readonly icount: number;
}

/** A machine's recording or replay, as monitors handle it. */
export class Replay {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get info(): ReplayInfo {
    const { config, core } = this.#machine;
    const { journal } = config;
    if (journal === undefined) return { mode: 'none', filename: undefined, icount: 0 };
    return { mode: journal.mode, filename: journal.filename, icount: core.instructions!.retired };
  }

  /** Stops the replay, once, where so many instructions are retired. */
  async setBreak(icount: number): Promise<void> {
    const { mode, icount: now } = this.info;
    if (mode !== 'play') throw new UserError('setting the breakpoint is allowed only in play mode');
    if (icount < now) throw new UserError('cannot set breakpoint at the instruction in the past');
    await this.#machine.ask(0, 'setReplayBreak', icount);
  }

  async deleteBreak(): Promise<void> {
    if (this.info.mode !== 'play') throw new UserError('replay breakpoints are allowed only in play mode');
    await this.#machine.ask(0, 'setReplayBreak', undefined);
  }

  /** Goes to where so many instructions are retired, in either direction, and stops there. */
  async seek(icount: number): Promise<void> {
    if (this.info.mode !== 'play') throw new UserError('replay must be enabled to seek');
    if (icount < 0) throw new UserError('cannot seek to the specified instruction count');
    await this.#machine.stop();
    await this.#machine.travel({ kind: 'seek', count: icount });
  }
}
