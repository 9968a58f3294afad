/** Every CSR. */

import type { Csr } from './csr.ts';
import * as counters from './counters.ts';
import * as environment from './environment.ts';
import * as float from './float.ts';
import * as identity from './identity.ts';
import * as interrupts from './interrupts.ts';
import * as pmp from './pmp.ts';
import * as status from './status.ts';
import * as translation from './translation.ts';
import * as traps from './traps.ts';
import * as triggers from './triggers.ts';

const groups = [float, status, interrupts, traps, translation, environment, counters, pmp, triggers, identity];

/** In the order of their numbers. */
export const CSRS: readonly Csr[] = groups
  .flatMap((group) => Object.values<Csr | readonly Csr[]>(group).flat())
  .toSorted((a, b) => a.number - b.number);
