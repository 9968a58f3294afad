import type { BlockNode } from '../../block/node.ts';
import { SeededRandom } from '../../host/seeded-random.ts';
import { structSection, withNumbers, type Section } from '../../mem/section.ts';
import { array, struct } from '../../mem/struct.ts';
import type { Json } from '../../qapi/json.ts';
import type { MachineCore } from '../core.ts';
import type { Extent } from './pages.ts';
import { numbered, type NumberedSection } from './sections.ts';
import { shapeOf } from './shape.ts';

/** Memory of the machine, live. */
export interface MemoryExtent extends Extent {
  readonly bytes: Uint8Array;
}

/** A disk whose content is saved with the machine. */
export interface DiskExtent extends Extent {
  readonly node: Pick<BlockNode, 'read' | 'write' | 'flush'>;
}

/** What the state of a machine consists of. */
export interface StateParts {
  readonly shape: Json;
  readonly sections: readonly NumberedSection[];
  readonly memory: readonly MemoryExtent[];
  readonly disks: readonly DiskExtent[];
  /** Seconds since 1970 that the machine's clocks show; undefined if they stand still with it. */
  calendar(): number | undefined;
}

const Random = struct({ state: array('u32', SeededRandom.words) });

/** The parts of a machine that stands still; `disks` are those whose content is part of it. */
export function partsOf(core: MachineCore, disks: readonly DiskExtent[]): StateParts {
  const { memory } = core.arena;
  return {
    shape: shapeOf(core),
    sections: numbered(sectionsOf(core)),
    memory: core.board.space.regions.flatMap((region) => {
      if (region.kind === 'mmio') return [];
      const { name, size, hostOffset } = region;
      return [{ name, size, bytes: new Uint8Array(memory.buffer, hostOffset, size) }];
    }),
    disks,
    calendar: () => (core.config.rtc.clock === 'host' ? core.clock.wallSeconds() : undefined),
  };
}

function sectionsOf(core: MachineCore): Section[] {
  const { board, config } = core;
  const { memory } = core.arena;
  const random =
    config.seed === undefined
      ? []
      : [structSection('random', 1, { fields: Random.fields, memory, address: core.randomAddress })];
  return [...board.sections, ...(core.timed?.sections ?? []), ...random, timerSection(core)];
}

/** The machine's time, in QEMU's words, and whose turn it is. */
function timerSection({ clock, turn }: MachineCore): Section {
  const none = { name: 'timer', version: 2, fields: [], save: () => new Uint8Array(0), load() {} };
  return withNumbers<Section>(none, [
    ...clock.saved,
    { name: 'turn', get: () => turn[0]!, set: (next) => void (turn[0] = next) },
    { name: 'left of the turn', get: () => turn[1]!, set: (left) => void (turn[1] = left) },
  ]);
}
