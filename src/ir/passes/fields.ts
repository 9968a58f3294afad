import { BITS, type Type } from '../types.ts';
import { shiftAmount } from './match.ts';
import type { Pass, Rule } from './pass.ts';

const NARROW: Readonly<Record<number, Type>> = { 32: 'i32', 16: 'i16', 8: 'i8' };

/** Up and down again: the low bits, extended. */
const field =
  (kind: 's' | 'u'): Rule =>
  (g, node) => {
    const type = node.type!;
    const [left] = node.args;
    if (left!.op !== 'shl' || (type !== 'i64' && type !== 'i32')) return undefined;
    const [up, down] = [shiftAmount(left!), shiftAmount(node)];
    if (up === undefined || down === undefined || down === 0) return undefined;
    const length = BITS[type] - up;
    const value = left!.args[0]!;
    // What lies between, one host instruction extends; other fields are as short as two shifts.
    if (length === 32 && up >= down) {
      const word = g.emit(kind === 's' ? 'extend_s' : 'extend_u', type, [g.trunc(value, 'i32')]);
      return g.shl(word, g.const(type, up - down));
    }
    if (up !== down || NARROW[length] === undefined) return undefined;
    return kind === 's' ? g.extractS(value, 0, length) : g.extractU(value, 0, length);
  };

/** Shifts up and down that cut out the low 8, 16 or 32 bits. */
export const fields: Pass = {
  doc: 'shifts up and down again become extensions of the low bits',
  rules: { shr_u: field('u'), shr_s: field('s') },
};
