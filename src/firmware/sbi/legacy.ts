import { putCharacter } from './dbcn.ts';
import { sbiFunction, type SbiCall, type SbiExtension, type SbiFunction } from './extension.ts';
import { ALL_HARTS } from './hart-mask.ts';
import { sendIpis } from './ipi.ts';
import { FW_SET_TIMER } from './pmu-events.ts';
import { OK, type SbiResult } from './result.ts';
import { remoteFenceI, remoteSfenceVma } from './rfence.ts';

/**
 * Legacy extensions, SBI 2.0 chapter 5: one function each, a6 ignored, the result in a0, a1
 * untouched.
 */
function legacy(id: number, fn: SbiFunction): SbiExtension {
  return { id, name: `legacy ${fn.name}`, doc: fn.doc, functions: [fn], legacy: true };
}

/** The mask stands in memory at a virtual address; 0 means every hart. Only one word of it is used. */
function withMask(call: SbiCall, address: bigint, run: (mask: bigint, maskBase: bigint) => SbiResult): SbiResult {
  if (address === 0n) return run(0n, ALL_HARTS);
  const mask = call.host.loadVirtual(call.hart, address);
  return typeof mask === 'bigint' ? run(mask, 0n) : mask;
}

const hart_mask = 'virtual address of the mask, or 0 for every hart';
const range = { start: 'first virtual address', size: 'bytes' } as const;

export const legacyExtensions: readonly SbiExtension[] = [
  legacy(
    0,
    sbiFunction(0, 'set_timer', {
      doc: 'Programs the next timer interrupt.',
      args: { stime_value: 'absolute time' },
      run: ({ host, hart, pmu }, { stime_value }) => {
        pmu.count(hart, FW_SET_TIMER);
        host.setTimer(hart, stime_value);
        return OK;
      },
    }),
  ),
  legacy(
    1,
    sbiFunction(0, 'console_putchar', {
      doc: 'Writes one byte to the console.',
      args: { ch: 'its low 8 bits' },
      run: ({ host }, { ch }) => {
        putCharacter(host, Number(ch & 0xffn));
        return OK;
      },
    }),
  ),
  legacy(
    2,
    sbiFunction(0, 'console_getchar', {
      doc: 'The next byte typed, or -1.',
      run: ({ host }) => ({ error: host.getByte(), value: 0n }),
    }),
  ),
  legacy(
    3,
    sbiFunction(0, 'clear_ipi', {
      doc: 'Clears the software interrupt of the calling hart. 0 also if one was pending, as under OpenSBI.',
      run: ({ host, hart }) => {
        host.clearIpi(hart);
        return OK;
      },
    }),
  ),
  legacy(
    4,
    sbiFunction(0, 'send_ipi', {
      doc: 'Sends a software interrupt to harts.',
      args: { hart_mask },
      run: (call, args) => withMask(call, args.hart_mask, (mask, first) => sendIpis(call, mask, first)),
    }),
  ),
  legacy(
    5,
    sbiFunction(0, 'remote_fence_i', {
      doc: 'FENCE.I on harts.',
      args: { hart_mask },
      run: (call, args) => withMask(call, args.hart_mask, (mask, first) => remoteFenceI(call, mask, first)),
    }),
  ),
  legacy(
    6,
    sbiFunction(0, 'remote_sfence_vma', {
      doc: 'SFENCE.VMA on harts.',
      args: { hart_mask, ...range },
      run: (call, args) =>
        withMask(call, args.hart_mask, (mask, first) => remoteSfenceVma(call, mask, first, args.start, args.size)),
    }),
  ),
  legacy(
    7,
    sbiFunction(0, 'remote_sfence_vma_asid', {
      doc: 'SFENCE.VMA of one address space on harts.',
      args: { hart_mask, ...range, asid: 'which address space' },
      run: (call, args) =>
        withMask(call, args.hart_mask, (mask, first) =>
          remoteSfenceVma(call, mask, first, args.start, args.size, args.asid),
        ),
    }),
  ),
  legacy(
    8,
    sbiFunction(0, 'shutdown', {
      doc: 'Shuts the machine down.',
      run: ({ host }) => {
        host.reset(0, false);
        return 'away';
      },
    }),
  ),
];
