import { BugError } from '../base/errors.ts';
import { DiskUndo } from '../block/disk-undo.ts';
import type { BlockDrive } from '../block/drive.ts';
import { BlockService } from '../block/service.ts';
import type { CharBackend } from '../char/backend.ts';
import { CharPump } from '../char/pump.ts';
import type { Timers } from '../host/timers.ts';
import type { MachineCore } from './core.ts';

/** By the names in the machine's configuration. */
interface Connected {
  readonly chars?: ReadonlyMap<string, CharBackend>;
  readonly drives?: ReadonlyMap<string, BlockDrive>;
}

/** What carries data between a machine's devices and their back ends, on the main thread. */
export class BackEnds {
  readonly #pumps = new Map<string, CharPump>();
  readonly #services: readonly BlockService[];

  /** Starts at once. */
  constructor(core: MachineCore, { chars, drives }: Connected, timers: Timers) {
    const kick = (): void => core.kick();
    for (const [name, link] of core.links) {
      const backend = chars?.get(name);
      if (backend === undefined) throw new BugError(`no character back end ${name}`);
      this.#pumps.set(name, new CharPump(backend, link, { timers, kick }));
    }
    const { buffer } = core.arena.memory;
    this.#services = [...core.rings].map(([name, ring]) => {
      const drive = drives?.get(name);
      if (drive === undefined) throw new BugError(`no drive ${name}`);
      const undo = core.config.journal?.mode === 'play' ? new DiskUndo(drive.node) : undefined;
      return new BlockService(ring, drive, { buffer, counters: core.blockCounters, kick, undo });
    });
  }

  /** The device that uses a character back end, which can change over to another; none: no device does. */
  characterUser(name: string): CharPump | undefined {
    return this.#pumps.get(name);
  }

  /** Resolves once everything that was asked of disks is done. */
  async drain(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.drain()));
  }

  /** For when the machine has ended: what it printed and wrote has left. */
  async stop(): Promise<void> {
    await Promise.all([...this.#pumps.values()].map((pump) => pump.stop()));
    await Promise.all(this.#services.map((service) => service.stop()));
  }
}
