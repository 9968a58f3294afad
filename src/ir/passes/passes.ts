import { comparisons } from './comparisons.ts';
import { constants } from './constants.ts';
import { copies } from './copies.ts';
import { deadStores } from './dead-stores.ts';
import { extensions } from './extensions.ts';
import { fields } from './fields.ts';
import { masks } from './masks.ts';
import { narrow } from './narrow.ts';
import type { Pass } from './pass.ts';
import { rotates } from './rotates.ts';
import { sums } from './sums.ts';

/** Every pass, by the name that switches it off. Rules of the first are tried first. */
export const PASSES = {
  copies,
  'dead-stores': deadStores,
  constants,
  sums,
  extensions,
  narrow,
  rotates,
  fields,
  comparisons,
  masks,
} as const satisfies Readonly<Record<string, Pass>>;

export type PassName = keyof typeof PASSES;
