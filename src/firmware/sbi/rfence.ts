import { sbiFunction, type SbiCall, type SbiExtension } from './extension.ts';
import { maskedHarts } from './hart-mask.ts';
import type { SbiRange } from './host.ts';
import {
  FW_FENCE_I_SENT,
  FW_IPI_RECEIVED,
  FW_IPI_SENT,
  FW_SFENCE_VMA_ASID_SENT,
  FW_SFENCE_VMA_SENT,
} from './pmu-events.ts';
import { failed, OK, SBI_ERR_NOT_SUPPORTED, type SbiResult } from './result.ts';

const EVERYTHING = 2n ** 64n - 1n;
const PAGE = 4096n;

/** Counts what is sent, and received: the code of an event received follows that of the one sent. */
function announce({ host, hart, pmu }: SbiCall, mask: bigint, maskBase: bigint, sent: number): number[] {
  const harts = maskedHarts(host, mask, maskBase);
  pmu.count(hart, sent);
  for (const target of harts) {
    pmu.count(target, sent + 1);
    if (target === hart) continue;
    pmu.count(hart, FW_IPI_SENT);
    pmu.count(target, FW_IPI_RECEIVED);
  }
  return harts;
}

/**
 * "The remote fence operation applies to the entire address space if either start_addr and size are
 * both 0, or size is equal to 2^XLEN-1" (chapter 8). A range is widened to whole pages.
 */
function pageRange(start: bigint, size: bigint): SbiRange | undefined {
  if ((start === 0n && size === 0n) || size === EVERYTHING) return undefined;
  const first = start - (start % PAGE);
  return { start: first, size: BigInt.asUintN(64, ((start + size + PAGE - 1n) / PAGE) * PAGE - first) };
}

export function remoteFenceI(call: SbiCall, mask: bigint, maskBase: bigint): SbiResult {
  call.host.fenceI(announce(call, mask, maskBase, FW_FENCE_I_SENT));
  return OK;
}

export function remoteSfenceVma(
  call: SbiCall,
  mask: bigint,
  maskBase: bigint,
  start: bigint,
  size: bigint,
  asid?: bigint,
): SbiResult {
  const event = asid === undefined ? FW_SFENCE_VMA_SENT : FW_SFENCE_VMA_ASID_SENT;
  call.host.sfenceVma(announce(call, mask, maskBase, event), pageRange(start, size), asid);
  return OK;
}

const harts = { hart_mask: 'which harts', hart_mask_base: 'the hart of bit 0, or all ones for every hart' } as const;
const range = { start_addr: 'first virtual address', size: 'bytes; all ones for the whole address space' } as const;

/** Needs the H extension, which these machines do not have. */
const hypervisor = (id: number, name: string) =>
  sbiFunction(id, name, {
    doc: 'Fences of guest address spaces: there are none without the H extension.',
    run: () => failed(SBI_ERR_NOT_SUPPORTED),
  });

export const rfence: SbiExtension = {
  id: 0x52464e43,
  name: 'rfnc',
  doc: 'Remote fences, SBI 2.0 chapter 8.',
  functions: [
    sbiFunction(0, 'remote_fence_i', {
      doc: 'FENCE.I on harts.',
      args: harts,
      run: (call, { hart_mask, hart_mask_base }) => remoteFenceI(call, hart_mask, hart_mask_base),
    }),
    sbiFunction(1, 'remote_sfence_vma', {
      doc: 'SFENCE.VMA of a range of virtual addresses on harts.',
      args: { ...harts, ...range },
      run: (call, a) => remoteSfenceVma(call, a.hart_mask, a.hart_mask_base, a.start_addr, a.size),
    }),
    sbiFunction(2, 'remote_sfence_vma_asid', {
      doc: 'The same for one address space.',
      args: { ...harts, ...range, asid: 'which address space' },
      run: (call, a) => remoteSfenceVma(call, a.hart_mask, a.hart_mask_base, a.start_addr, a.size, a.asid),
    }),
    hypervisor(3, 'remote_hfence_gvma_vmid'),
    hypervisor(4, 'remote_hfence_gvma'),
    hypervisor(5, 'remote_hfence_vvma_asid'),
    hypervisor(6, 'remote_hfence_vvma'),
  ],
};
