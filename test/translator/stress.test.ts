/**
 * Random programs leave the same when the translator is under stress: translated at random times, all
 * code given up after every few regions, TLBs emptied and code written by DMA while it runs. The whole
 * suite runs so with TRANSLATOR_STRESS=NAME+NAME.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STRESSES, type Stress, type StressName } from '../../src/jit/stress.ts';
import { Engine } from '../../src/jit/engine.ts';
import { labOf } from './random-lab.ts';
import type { EngineName } from './machine.ts';

const FIRST = Number(process.env['TRANSLATOR_SEED'] ?? 1000);
const PROGRAMS = Number(process.env['TRANSLATOR_PROGRAMS'] ?? 8);
const ENGINES: readonly EngineName[] = ['oracle', 'tier1', 'auto', 'regions', 'tier2'];

const all = Object.keys(STRESSES) as StressName[];

for (const names of [...all.map((name) => [name]), all]) {
  test(`${PROGRAMS} random programs from seed ${FIRST} on: ${names.join(', ')}`, () => {
    let evictions = 0;
    for (let seed = FIRST; seed < FIRST + PROGRAMS; seed++) {
      const stress: Stress = { names, seed: 1 + (seed % 4), regions: 2 };
      try {
        const lab = labOf(seed, { engines: ENGINES, width: 32, stress });
        lab.check(false);
        for (const { engine } of lab.machines) if (engine instanceof Engine) evictions += engine.kept.evictions;
      } catch (cause) {
        throw new Error(`program of seed ${seed}: TRANSLATOR_SEED=${seed} TRANSLATOR_PROGRAMS=1`, { cause });
      }
    }
    if (names.length === 1 && names[0] === 'eviction')
      assert.ok(evictions > PROGRAMS * 5, `${evictions} modules given up`);
  });
}
