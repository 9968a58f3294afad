/** Every device there is. A test fails when a file declares one that is not listed. */

import { aclintMtimer } from './aclint-mtimer.ts';
import { aclintSwi } from './aclint-swi.ts';
import type { DeviceDeclaration } from './device.ts';
import { goldfishRtc } from './goldfish-rtc.ts';
import { plic } from './plic.ts';
import { sifiveTest } from './sifive-test.ts';
import { uart16550 } from './uart16550.ts';

export const devices: readonly DeviceDeclaration[] = [
  aclintMtimer,
  aclintSwi,
  goldfishRtc,
  plic,
  sifiveTest,
  uart16550,
];
