import { HmpError } from './hmp-error.ts';
import type { HmpArg } from './hmp-args.ts';

/** How numbers are shown: in which form, and how many bytes each has. */
export interface NumberFormat {
  readonly letter: string;
  readonly size: number;
}

/** What a line says of it; what it leaves out is as on the line before. */
export interface GivenFormat extends Partial<NumberFormat> {
  readonly count: number;
}

const LETTERS = 'oxudic';
const SIZES: Readonly<Record<string, number>> = { b: 1, h: 2, w: 4, g: 8, L: 8 };

/** `/4xw`: a count, letters for form and size, each of which may be missing. */
export const format = (doc: string): HmpArg<GivenFormat> => ({
  doc,
  usage: () => '/fmt',
  take(line) {
    if (line.peek() !== '/') return { count: 1 };
    line.skip();
    const digits = line.match(/\d+/);
    let given: GivenFormat = { count: digits === '' ? 1 : Math.min(Number(digits), MOST) };
    for (let next = line.next(); next !== '' && !/\s/.test(next); next = line.next()) {
      const size = SIZES[next];
      if (size !== undefined) given = { ...given, size };
      else if (LETTERS.includes(next)) given = { ...given, letter: next };
      else throw new HmpError(`invalid char in format: '${next}'`);
      line.skip();
    }
    return given;
  },
});

/** More would be too much for anybody to read, and for this program to hold. */
const MOST = 1 << 20;

/** One number; `i` is only for whoever can disassemble. */
export function formatNumber(value: bigint, { letter, size }: NumberFormat): string {
  const bits = 8 * size;
  const unsigned = BigInt.asUintN(bits, value);
  const decimals = Math.floor((bits * 10 + 32) / 33);
  switch (letter) {
    case 'o':
      return `${unsigned === 0n ? '' : '0'}${unsigned.toString(8)}`.padStart(Math.floor((bits + 2) / 3));
    case 'x':
      return `0x${unsigned.toString(16).padStart(bits / 4, '0')}`;
    case 'c':
      return characterText(Number(BigInt.asUintN(32, value)));
    default:
      return unsigned.toString().padStart(decimals);
  }
}

/** A character as C writes it. */
export function characterText(code: number): string {
  const escaped: Readonly<Record<number, string>> = { 39: "\\'", 92: '\\\\', 10: '\\n', 13: '\\r' };
  const shown =
    escaped[code] ??
    (code >= 32 && code <= 126 ? String.fromCharCode(code) : `\\x${code.toString(16).padStart(2, '0')}`);
  return `'${shown}'`;
}
