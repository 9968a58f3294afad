import type { VdsoContents } from '../program/vdso-image.ts';

const ECALL = 0x0000_0073;
const RETURN = 0x0000_8067;
const FENCE_I = 0x0000_100f;
/** li a7, number; li a0, 0. */
const call = (number: number): number => (number << 20) | (17 << 7) | 0x13;
const RESULT_0 = (10 << 7) | 0x13;

const plainCall = (number: number): number[] => [call(number), ECALL, RETURN];

/** The function that handlers of signals return to. */
export const RISCV64_SIGNAL_RETURN = '__vdso_rt_sigreturn';

/**
 * What Linux's own has on riscv64 (arch/riscv/kernel/vdso/vdso.lds.S), each a plain system call. Debuggers and
 * unwinders know a handler's frame by the two instructions of the first.
 */
export const RISCV64_VDSO: VdsoContents = {
  machine: 243,
  // EF_RISCV_RVC, EF_RISCV_FLOAT_ABI_DOUBLE.
  flags: 5,
  version: 'LINUX_4.15',
  functions: {
    [RISCV64_SIGNAL_RETURN]: [call(139), ECALL],
    __vdso_clock_gettime: plainCall(113),
    __vdso_clock_getres: plainCall(114),
    __vdso_gettimeofday: plainCall(169),
    __vdso_getcpu: plainCall(168),
    // What was stored is known to all threads' translations at once; the fence is for the order.
    __vdso_flush_icache: [FENCE_I, RESULT_0, RETURN],
  },
};
