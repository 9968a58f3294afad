/** Conversions from integers (IEEE 754-2019, 5.4.1, convertFromInt). */
import type { FpContext } from './context.ts';
import { family } from './family.ts';
import type { Family } from './family.ts';
import { F16 } from './format.ts';
import type { FloatFormat } from './format.ts';
import { packZero, roundAndPack } from './pack.ts';
import { RNE } from './rounding.ts';
import { FINITE } from './unpacked.ts';

type IntegerType = 'i32' | 'u32' | 'i64' | 'u64';

function conversion<const N extends string>(name: N, from: IntegerType): Family<N> {
  const wide = from.endsWith('64');
  const signed = from.startsWith('i');
  return family(name, {
    doc: `The ${from} a as a number.`,
    args: [from],
    result: 'f',
    rounds: true,
    host: {
      doc: 'fNN.convert: rm is RNE; or any rm if the format holds every integer of the type. f16 has no host type.',
      exact: (x) => x.format !== F16 && (x.rm === RNE || (!wide && x.format.precision > 32)),
    },
    run: (cx, format) => run(cx, format, wide, signed),
  });
}

export const fromI32 = conversion('fromI32', 'i32');
export const fromU32 = conversion('fromU32', 'u32');
export const fromI64 = conversion('fromI64', 'i64');
export const fromU64 = conversion('fromU64', 'u64');

function run(cx: FpContext, format: FloatFormat, wide: boolean, signed: boolean): void {
  const { r } = cx;
  let lo = cx.aLo;
  let hi = wide ? cx.aHi : signed ? lo >> 31 : 0;
  if ((hi | lo) === 0) {
    packZero(cx, format, 0);
    return;
  }
  r.sign = signed && hi < 0 ? 1 : 0;
  if (r.sign !== 0) {
    lo = -lo | 0;
    hi = lo === 0 ? -hi | 0 : ~hi;
  }
  r.kind = FINITE;
  r.hi = hi;
  r.lo = lo;
  r.exp = 62;
  if (hi < 0) {
    // Bit 63: one step down; what leaves bit 0 is far below what any format keeps.
    r.shiftRight(1);
    r.exp = 63;
  } else {
    r.normalize();
  }
  roundAndPack(cx, format);
}
