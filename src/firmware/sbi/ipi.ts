import { sbiFunction, type SbiExtension } from './extension.ts';
import { maskedHarts } from './hart-mask.ts';
import { FW_IPI_RECEIVED, FW_IPI_SENT } from './pmu-events.ts';
import { OK, type SbiResult } from './result.ts';
import type { SbiCall } from './extension.ts';

/** A supervisor software interrupt for each of the harts. One to itself is no message: not counted. */
export function sendIpis({ host, hart, pmu }: SbiCall, mask: bigint, maskBase: bigint): SbiResult {
  for (const target of maskedHarts(host, mask, maskBase)) {
    host.sendIpi(target);
    if (target === hart) continue;
    pmu.count(hart, FW_IPI_SENT);
    pmu.count(target, FW_IPI_RECEIVED);
  }
  return OK;
}

export const ipi: SbiExtension = {
  id: 0x735049,
  name: 'ipi',
  doc: 'Inter-processor interrupts, SBI 2.0 chapter 7.',
  functions: [
    sbiFunction(0, 'send_ipi', {
      doc: 'Sends a supervisor software interrupt to harts.',
      args: { hart_mask: 'which harts', hart_mask_base: 'the hart of bit 0, or all ones for every hart' },
      run: (call, { hart_mask, hart_mask_base }) => sendIpis(call, hart_mask, hart_mask_base),
    }),
  ],
};
