import { HmpError } from './hmp-error.ts';
import type { HmpLine } from './hmp-line.ts';

/**
 * A number as HMP takes it: an expression in 64-bit arithmetic.
 *
 * ```
 * sum     = logic { (+ | -) logic }
 * logic   = product { (& | '|' | ^) product }
 * product = factor { (* | / | %) factor }
 * factor  = (+ | - | ~) factor | ( sum ) | 'c' | number in decimal, 0x hexadecimal or 0 octal
 * ```
 */
export function expression(line: HmpLine): bigint {
  return BigInt.asIntN(64, level(line, 0));
}

type Operation = (a: bigint, b: bigint) => bigint;

const LEVELS: readonly Readonly<Record<string, Operation>>[] = [
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '&': (a, b) => a & b, '|': (a, b) => a | b, '^': (a, b) => a ^ b },
  { '*': (a, b) => a * b, '/': (a, b) => a / divisor(b), '%': (a, b) => a % divisor(b) },
];

function level(line: HmpLine, depth: number): bigint {
  const operations = LEVELS[depth];
  if (operations === undefined) return factor(line);
  let value = level(line, depth + 1);
  for (let apply = operations[line.peek()]; apply !== undefined; apply = operations[line.peek()]) {
    line.skip();
    value = BigInt.asIntN(64, apply(value, level(line, depth + 1)));
  }
  return value;
}

function factor(line: HmpLine): bigint {
  const letter = line.peek();
  const unary = UNARY[letter];
  if (unary !== undefined) {
    line.skip();
    return unary(factor(line));
  }
  if (letter === '(') {
    line.skip();
    const value = level(line, 0);
    if (line.peek() !== ')') throw new HmpError("')' expected");
    line.skip();
    return value;
  }
  if (letter === "'") {
    line.skip();
    const character = line.match(/./);
    if (character === '') throw new HmpError('character constant expected');
    if (line.match(/'/) === '') throw new HmpError("missing terminating ' character");
    return BigInt(character.codePointAt(0)!);
  }
  if (letter === '$') throw new HmpError('unknown register');
  return number(line);
}

const UNARY: Readonly<Record<string, (value: bigint) => bigint>> = {
  '+': (value) => value,
  '-': (value) => -value,
  '~': (value) => ~value,
};

function number(line: HmpLine): bigint {
  const digits = line.match(/0x[0-9a-f]+|0[0-7]*|[1-9]\d*/i);
  if (digits === '')
    throw new HmpError(
      line.peek() === '' ? 'unexpected end of expression' : `invalid char '${line.peek()}' in expression`,
    );
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (value >= 1n << 64n) throw new HmpError('number too large');
  return value;
}

function divisor(value: bigint): bigint {
  if (value === 0n) throw new HmpError('division by zero');
  return value;
}
