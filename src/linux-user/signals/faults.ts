import type { Stop } from '../abi/cpu.ts';
import { BEYOND, MAPPED, PAGE, PROT_EXEC, PROT_READ, PROT_WRITE, type PageTable } from '../memory/pages.ts';
import { SIGBUS, SIGILL, SIGSEGV, SIGTRAP } from './numbers.ts';
import { BUS_ADRALN, BUS_ADRERR, ILL_ILLOPC, SEGV_ACCERR, SEGV_MAPERR, TRAP_BRKPT, type Fault } from './siginfo.ts';

const NEED = { fetch: PROT_EXEC, load: PROT_READ, store: PROT_WRITE } as const;

/**
 * The signal that an instruction's stop is; undefined if the access is allowed by now, because another thread has
 * mapped the page, and is to be tried again. `low`, `high`: pc.
 */
export function faultOf(
  stop: Exclude<Stop, { kind: 'call' }>,
  pages: PageTable,
  low: number,
  high: number,
): Fault | undefined {
  switch (stop.kind) {
    case 'illegal':
      return { signal: SIGILL, code: ILL_ILLOPC, low, high };
    case 'breakpoint':
      return { signal: SIGTRAP, code: TRAP_BRKPT, low, high };
    case 'misaligned':
      return { signal: SIGBUS, code: BUS_ADRALN, low: stop.low, high: stop.high };
    case 'fault': {
      const at = { low: stop.low, high: stop.high };
      const page = stop.high === 0 ? Math.floor((stop.low >>> 0) / PAGE) : -1;
      const flags = page >= 0 && page < pages.count ? pages.flags[page]! : 0;
      if ((flags & MAPPED) === 0) return { signal: SIGSEGV, code: SEGV_MAPERR, ...at };
      if ((flags & NEED[stop.access]) === 0) return { signal: SIGSEGV, code: SEGV_ACCERR, ...at };
      return (flags & BEYOND) === 0 ? undefined : { signal: SIGBUS, code: BUS_ADRERR, ...at };
    }
  }
}
