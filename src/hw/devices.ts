/** Every device there is. A test fails when a file declares one that is not listed. */

import { aclintMtimer } from './aclint-mtimer.ts';
import { aclintSwi } from './aclint-swi.ts';
import type { DeviceDeclaration } from './device.ts';
import { fwCfg } from './fw-cfg.ts';
import { goldfishRtc } from './goldfish-rtc.ts';
import { pflash } from './pflash.ts';
import { plic } from './plic.ts';
import { sifiveTest } from './sifive-test.ts';
import { uart16550 } from './uart16550.ts';
import { virtioBlk } from './virtio/blk.ts';
import { virtConsole, virtSerialPort } from './virtio/console.ts';
import { virtioMmio } from './virtio/mmio.ts';
import { virtioRng } from './virtio/rng.ts';
import { virtioSerial } from './virtio/serial.ts';

export const devices: readonly DeviceDeclaration[] = [
  aclintMtimer,
  aclintSwi,
  fwCfg,
  goldfishRtc,
  pflash,
  plic,
  sifiveTest,
  uart16550,
  virtConsole,
  virtSerialPort,
  virtioBlk,
  virtioMmio,
  virtioRng,
  virtioSerial,
];
