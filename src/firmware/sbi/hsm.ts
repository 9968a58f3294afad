import { sbiFunction, u32, type SbiCall, type SbiExtension } from './extension.ts';
import { HART_STARTED, HART_STOPPED } from './host.ts';
import {
  failed,
  OK,
  ok,
  SBI_ERR_ALREADY_AVAILABLE,
  SBI_ERR_FAILED,
  SBI_ERR_INVALID_ADDRESS,
  SBI_ERR_INVALID_PARAM,
  SBI_ERR_NOT_SUPPORTED,
  type SbiResult,
} from './result.ts';

/**
 * Hart state management, SBI 2.0 chapter 9.
 *
 *      hart_start             (the hart begins)
 *     STOPPED ──▶ START_PENDING ──▶ STARTED ──hart_suspend──▶ SUSPENDED
 *        ▲                           │   ▲                        │ interrupt
 *        └── STOP_PENDING ◀─hart_stop┘   └──── RESUME_PENDING ◀───┘
 *
 * Hart numbers are cut to 32 bits, as OpenSBI does.
 */

/** Section 9.4, "HSM Hart Suspend Types": the range with bit 31 set loses the hart's state. */
const NON_RETENTIVE = 0x8000_0000;
const PLATFORM_TYPES = 0x1000_0000;

function hartStart({ host }: SbiCall, hartid: bigint, address: bigint, opaque: bigint): SbiResult {
  const hart = u32(hartid);
  if (hart >= host.hartCount) return failed(SBI_ERR_INVALID_PARAM);
  if (!host.mayExecute(address)) return failed(SBI_ERR_INVALID_ADDRESS);
  const state = host.hartState(hart);
  if (state === HART_STARTED) return failed(SBI_ERR_ALREADY_AVAILABLE);
  if (state !== HART_STOPPED || !host.startHart(hart, { address, opaque })) return failed(SBI_ERR_INVALID_PARAM);
  return OK;
}

/**
 * The specification calls a platform type that is not there INVALID_PARAM; OpenSBI without a driver
 * for it answers NOT_SUPPORTED, and so do we.
 */
function hartSuspend({ host, hart }: SbiCall, type: number, address: bigint, opaque: bigint): SbiResult {
  const depth = type & ~NON_RETENTIVE;
  if (depth > 0 && depth < PLATFORM_TYPES) return failed(SBI_ERR_INVALID_PARAM);
  const losesState = type >= NON_RETENTIVE;
  if (losesState && !host.mayExecute(address)) return failed(SBI_ERR_INVALID_ADDRESS);
  if (host.hartState(hart) !== HART_STARTED) return failed(SBI_ERR_FAILED);
  if (depth !== 0) return failed(SBI_ERR_NOT_SUPPORTED);
  host.suspendHart(hart, losesState ? { address, opaque } : undefined);
  return losesState ? 'away' : OK;
}

export const hsm: SbiExtension = {
  id: 0x48534d,
  name: 'hsm',
  doc: 'Hart state management, SBI 2.0 chapter 9.',
  functions: [
    sbiFunction(0, 'hart_start', {
      doc: 'Starts a stopped hart in S-mode.',
      args: { hartid: 'the hart', start_addr: 'physical address', opaque: 'for its a1' },
      run: (call, { hartid, start_addr, opaque }) => hartStart(call, hartid, start_addr, opaque),
    }),
    sbiFunction(1, 'hart_stop', {
      doc: 'Stops the calling hart; does not return.',
      run: ({ host, hart }) => {
        if (host.hartState(hart) !== HART_STARTED) return failed(SBI_ERR_FAILED);
        host.stopHart(hart);
        return 'away';
      },
    }),
    sbiFunction(2, 'hart_get_status', {
      doc: 'The state of a hart.',
      args: { hartid: 'the hart' },
      run: ({ host }, { hartid }) => {
        const hart = u32(hartid);
        return hart < host.hartCount ? ok(host.hartState(hart)) : failed(SBI_ERR_INVALID_PARAM);
      },
    }),
    sbiFunction(3, 'hart_suspend', {
      doc: 'Puts the calling hart to sleep until it has an interrupt.',
      args: {
        suspend_type: '0 keeps the state of the hart, 0x80000000 does not',
        resume_addr: 'physical address to wake up at without the state',
        opaque: 'for a1 there',
      },
      run: (call, { suspend_type, resume_addr, opaque }) => hartSuspend(call, u32(suspend_type), resume_addr, opaque),
    }),
  ],
};
