/** Classification (IEEE 754-2019, 5.7.2), as RISC-V's fclass has it (Unprivileged ISA 20191213, 11.9, table 11.5). */
import { family } from './family.ts';
import type { FloatFormat } from './format.ts';
import { FINITE, INFINITE, QUIET_NAN, SIGNALING_NAN, ZERO } from './unpacked.ts';
import type { Unpacked } from './unpacked.ts';

export const classify = family('classify', {
  doc:
    'One bit for the class of a. From bit 0: negative infinity, normal, subnormal, zero; ' +
    'positive zero, subnormal, normal, infinity; signaling NaN, quiet NaN.',
  args: ['f'],
  result: 'mask',
  rounds: false,
  host: { doc: 'No host operation.', exact: () => false },
  run: (cx, format) => {
    cx.a.decode(format, cx.aHi, cx.aLo);
    cx.deliver(0, 1 << classOf(cx.a, format));
  },
});

/** Distance from zero among the four classes of one sign. */
function rank(x: Unpacked, format: FloatFormat): number {
  if (x.kind === ZERO) return 0;
  if (x.kind === INFINITE) return 3;
  return x.kind === FINITE && x.exp < format.emin ? 1 : 2;
}

function classOf(x: Unpacked, format: FloatFormat): number {
  if (x.kind === SIGNALING_NAN) return 8;
  if (x.kind === QUIET_NAN) return 9;
  return x.sign !== 0 ? 3 - rank(x, format) : 4 + rank(x, format);
}
