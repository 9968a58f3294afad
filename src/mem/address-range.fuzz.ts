import { UserError } from '../base/errors.ts';
import { parseAddressRanges } from './address-range.ts';

/** The ranges of `-dfilter`, for any text. */
export const target = {
  name: 'address-range',
  run(bytes: Uint8Array): void {
    const text = new TextDecoder('latin1').decode(bytes);
    try {
      for (const { first, last } of parseAddressRanges(text)) {
        if (first < 0n || last < first || last >= 2n ** 64n) throw new Error(`${text} is no range`);
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  },
  seeds: () => ['0x80000000..0x80000fff', '0x10+0x20,31-16', '1..2'].map((text) => new TextEncoder().encode(text)),
};
