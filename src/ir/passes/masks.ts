import { possibleBits } from './known-bits.ts';
import { constantOf } from './match.ts';
import { BITS } from '../types.ts';
import type { Pass } from './pass.ts';

/** Masks that clear nothing, or everything. */
export const masks: Pass = {
  doc: 'masks that only clear what is clear are left out',
  rules: {
    and: (g, { type, args: [a, b] }) => {
      const mask = constantOf(b!);
      if (mask === undefined || type === 'i128') return undefined;
      const possible = possibleBits(a!);
      const kept = possible & BigInt.asUintN(BITS[type!], mask);
      return kept === possible ? a : kept === 0n ? g.const(type!, 0) : undefined;
    },
  },
};
