import { BITS } from '../types.ts';
import { argumentOf } from './match.ts';
import { leadingZeros, signBits } from './known-bits.ts';
import type { Pass } from './pass.ts';

/** Extensions and truncations of what is as wide as that already, or was before. */
export const extensions: Pass = {
  doc: 'values are not extended or cut twice, nor extended if they are so already',
  rules: {
    trunc: (g, { type, args: [a] }) => {
      const longer = argumentOf(a!, 'trunc');
      if (longer !== undefined) return g.trunc(longer, type);
      const shorter = argumentOf(a!, 'extend_s') ?? argumentOf(a!, 'extend_u');
      if (shorter === undefined) return undefined;
      if (BITS[shorter.type!] >= BITS[type!]) return g.trunc(shorter, type);
      return g.emit(a!.op, type, [shorter]);
    },
    extend_s: (g, { type, args: [a] }) => {
      const whole = argumentOf(a!, 'trunc');
      if (whole?.type === type && signBits(whole!) > BITS[type!] - BITS[a!.type!]) return whole;
      const shorter = argumentOf(a!, 'extend_s') ?? argumentOf(a!, 'extend_u');
      if (shorter !== undefined) return g.emit(a!.op, type, [shorter]);
      // Extending without sign is for nothing on most hosts.
      return leadingZeros(a!) > 0 ? g.extendU(a!, type) : undefined;
    },
    extend_u: (g, { type, args: [a] }) => {
      const whole = argumentOf(a!, 'trunc');
      if (whole?.type === type && leadingZeros(whole!) >= BITS[type!] - BITS[a!.type!]) return whole;
      const shorter = argumentOf(a!, 'extend_u');
      return shorter && g.extendU(shorter, type);
    },
    store: (g, { args: [address, value], attributes }) => {
      const shorter = argumentOf(value!, 'extend_s') ?? argumentOf(value!, 'extend_u');
      if (shorter === undefined || BITS[shorter.type!] < 8 * attributes.access!.size) return undefined;
      return g.emit('store', shorter.type, [address!, shorter], attributes);
    },
  },
};
