/** Register contents that make differences show: ends of ranges, special floating-point numbers. */
import type { Random } from '../../fuzz/random.ts';

export function random64(random: Random): bigint {
  return (BigInt(random.next() >>> 0) << 32n) | BigInt(random.next() >>> 0);
}

export function integer(random: Random): bigint {
  const value = (): bigint => {
    switch (random.below(6)) {
      case 0:
        return BigInt(random.below(5) - 2);
      case 1:
        return (1n << BigInt(random.below(65))) + BigInt(random.below(3) - 1);
      case 2:
        return -(1n << BigInt(random.below(64))) + BigInt(random.below(3) - 1);
      case 3:
        return BigInt(random.next());
      default:
        return random64(random);
    }
  };
  return BigInt.asUintN(64, value());
}

/** An encoding with `fraction` bits of fraction and `exponent` bits of exponent. */
function float(random: Random, exponent: number, fraction: number): bigint {
  const bias = 2 ** (exponent - 1) - 1;
  const top = 2 ** exponent - 1;
  const exponents = (): number => {
    switch (random.below(8)) {
      case 0:
        return 0;
      case 1:
        return top;
      case 2:
        return 1 + random.below(3);
      case 3:
        return top - 1 - random.below(3);
      case 4:
        return random.below(top + 1);
      case 5:
        // Where numbers meet the ends of the integer types.
        return bias + random.pick([31, 32, 63, 64, 30, 62]) - random.below(2);
      default:
        return bias - 4 + random.below(9);
    }
  };
  const fractions = (): bigint => {
    const bits = BigInt.asUintN(fraction, random64(random));
    switch (random.below(6)) {
      case 0:
        return 0n;
      case 1:
        return BigInt.asUintN(fraction, -1n);
      case 2:
        return 1n << BigInt(random.below(fraction));
      case 3:
        return BigInt.asUintN(fraction, bits << BigInt(random.below(fraction)));
      default:
        return bits;
    }
  };
  const sign = BigInt(random.below(2));
  return (((sign << BigInt(exponent)) | BigInt(exponents())) << BigInt(fraction)) | fractions();
}

/** What an f register may hold: a double, a boxed single, or a single that is not boxed. */
export function floating(random: Random): bigint {
  switch (random.below(9)) {
    case 0:
      return integer(random);
    case 1:
    case 2:
    case 3:
    case 4:
      return float(random, 11, 52);
    default:
      return 0xffff_ffff_0000_0000n | float(random, 8, 23);
  }
}
