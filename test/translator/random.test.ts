/**
 * Random programs leave the same under every engine. TRANSLATOR_SEED and TRANSLATOR_PROGRAMS choose the
 * first seed and how many; a failure names its seed.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labOf } from './random-lab.ts';

const FIRST = Number(process.env['TRANSLATOR_SEED'] ?? 1);
const PROGRAMS = Number(process.env['TRANSLATOR_PROGRAMS'] ?? 60);

test(`${PROGRAMS} random programs from seed ${FIRST} on`, () => {
  let retired = 0;
  let traps = 0;
  for (let seed = FIRST; seed < FIRST + PROGRAMS; seed++) {
    try {
      const lab = labOf(seed);
      retired += lab.check(false).retired;
      traps += lab.traps().length;
    } catch (cause) {
      throw new Error(`program of seed ${seed}: TRANSLATOR_SEED=${seed} TRANSLATOR_PROGRAMS=1`, { cause });
    }
  }
  assert.ok(retired > PROGRAMS * 5000, `${retired} instructions`);
  assert.ok(traps > PROGRAMS, `${traps} traps`);
});
