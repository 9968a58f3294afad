import { UserError } from '../base/errors.ts';

/** Addresses from `first` to `last`, both in it. */
export interface AddressRange {
  readonly first: bigint;
  readonly last: bigint;
}

const NUMBER = String.raw`(?:0x[0-9a-f]+|\d+)`;
const RANGE = new RegExp(`^(${NUMBER})(\\.\\.|\\+|-)(${NUMBER})$`, 'i');

/** Ranges with commas between them: `first..last`, `start+size`, `end-size`, where the end is the last address. */
export function parseAddressRanges(text: string): AddressRange[] {
  return text.split(',').map(parseRange);
}

function parseRange(text: string): AddressRange {
  const [, left, operator, right] = RANGE.exec(text) ?? [];
  if (left === undefined || right === undefined) {
    throw new UserError(
      `'${text}': Bad range specifier; write 0x80000000..0x80000fff, 0x80000000+0x1000 or 0x80000fff-0x1000`,
    );
  }
  const [a, b] = [BigInt(left), BigInt(right)];
  const [first, last] = operator === '..' ? [a, b] : operator === '+' ? [a, a + b - 1n] : [a - b + 1n, a];
  if (first < 0n || last > 2n ** 64n - 1n || first > last) {
    throw new UserError(`'${text}': Invalid range; it has no address, or goes beyond the last`);
  }
  return { first, last };
}
