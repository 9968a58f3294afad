import { constants } from './constants.ts';
import { extensions } from './extensions.ts';
import type { Pass } from './pass.ts';

/** Every pass, by the name that switches it off. Rules of the first are tried first. */
export const PASSES = {
  constants,
  extensions,
} as const satisfies Readonly<Record<string, Pass>>;

export type PassName = keyof typeof PASSES;
