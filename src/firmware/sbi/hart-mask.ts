import { u32 } from './extension.ts';
import { HART_RESUME_PENDING, HART_STARTED, HART_SUSPENDED, type SbiHost } from './host.ts';

/** hart_mask_base that stands for every hart. */
export const ALL_HARTS = 2n ** 64n - 1n;

/**
 * The harts that a mask names (SBI 2.0 section 3.1), ascending: of those, the ones that can take an
 * interrupt. A number that no hart has may be refused by section 3.1; like OpenSBI we pass over it.
 */
export function maskedHarts(host: SbiHost, mask: bigint, base: bigint): number[] {
  const harts: number[] = [];
  if (base === ALL_HARTS) {
    for (let hart = 0; hart < host.hartCount; hart++) if (interruptible(host, hart)) harts.push(hart);
    return harts;
  }
  for (let i = base; mask !== 0n; i++, mask >>= 1n) {
    const hart = u32(i);
    if ((mask & 1n) !== 0n && hart < host.hartCount && interruptible(host, hart)) harts.push(hart);
  }
  return harts;
}

function interruptible(host: SbiHost, hart: number): boolean {
  const state = host.hartState(hart);
  return state === HART_STARTED || state === HART_SUSPENDED || state === HART_RESUME_PENDING;
}
