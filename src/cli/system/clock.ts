import type { ClockConfig } from '../../vm/config.ts';
import type { InstructionCounting } from '../options/icount.ts';

/** Time that adapts begins with instructions of 8 ns, as with QEMU. */
const FIRST_SHIFT = 3;

/** What moves virtual time. */
export function clockConfig(icount: InstructionCounting | undefined): ClockConfig {
  if (icount === undefined) return { kind: 'host' };
  const { shift, sleep, align } = icount;
  const adapts = shift === 'auto';
  return {
    kind: 'instructions',
    nanoseconds: 2 ** (adapts ? FIRST_SHIFT : shift),
    sleeps: sleep,
    adapts,
    aligns: align,
  };
}
