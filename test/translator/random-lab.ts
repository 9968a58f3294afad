/** Runs random programs in the lab. */

import { MTIP } from '../../src/mem/interrupts.ts';
import { Random } from '../fuzz/random.ts';
import { Lab, MODES, type LabOptions } from './lab.ts';
import { ENGINES, type InterruptEvent } from './machine.ts';
import { RW } from './page-table.ts';
import { ENTRIES, RandomProgram } from './random-program.ts';

/** The program of a seed, run: mode, width, engines and interrupts are chosen by the seed too. */
export function labOf(seed: number, changed: LabOptions = {}): Lab {
  const random = new Random(seed);
  const mode = random.pick(MODES);
  const events: InterruptEvent[] = [];
  for (let at = 0, i = random.below(3) * random.below(30); i > 0; i--) {
    at += random.below(4) === 0 ? 8200 + random.below(5000) : 1 + random.below(400);
    events.push({ at: 200 + at, bit: MTIP, level: true }, { at: 201 + at, bit: MTIP, level: false });
  }
  const options: LabOptions = {
    mode,
    events,
    interrupts: 1 << MTIP,
    rounds: 70,
    limit: 60_000,
    width: random.below(4) === 0 ? 64 : 32,
    codePages: random.pick([3, 64, 64, 64]),
    engines: ['oracle', 'tier0', 'tier1', ...ENGINES.slice(3).filter(() => random.below(2) === 0)],
    setup: (machine, table) => {
      const fill = new Random(seed);
      for (let at = 0x4_0000; at < 0x4_8000; at += 4)
        new DataView(machine.ram.buffer, machine.ram.byteOffset).setUint32(at, fill.next(), true);
      const entry = table.entry(0x4010_0000);
      table.map(ENTRIES, entry - (entry % 4096), RW);
    },
    ...changed,
  };
  return new Lab(options, (place) => new RandomProgram(new Random(seed), place).emit());
}
