import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAddressRanges } from './address-range.ts';

const LAST = 2n ** 64n - 1n;

test('the three ways to write a range', () => {
  assert.deepEqual(parseAddressRanges('0x10..0x1F,16+0x10,31-16'), [
    { first: 16n, last: 31n },
    { first: 16n, last: 31n },
    { first: 16n, last: 31n },
  ]);
});

test('each way gives back the range that was written', () => {
  const address = fc.bigInt({ min: 0n, max: LAST });
  const number = (value: bigint, isHex: boolean): string => (isHex ? `0x${value.toString(16)}` : String(value));
  fc.assert(
    fc.property(address, address, fc.boolean(), (a, b, isHex) => {
      const [first, last] = a < b ? [a, b] : [b, a];
      const size = number(last - first + 1n, isHex);
      const texts = [
        `${number(first, isHex)}..${number(last, isHex)}`,
        `${number(first, isHex)}+${size}`,
        `${number(last, isHex)}-${size}`,
      ];
      for (const text of texts) assert.deepEqual(parseAddressRanges(text), [{ first, last }], text);
    }),
  );
});

test('what is no range is refused in one line', () => {
  for (const text of ['', 'x', '0x10', '0x10+', '+1', '1..2..3', '1 + 2', '1..2,', '-1+2', '0x+1', '1e3+1']) {
    assert.throws(() => parseAddressRanges(text), { name: 'UserError', message: /^'.*': Bad range specifier;.*$/ });
  }
  for (const text of ['2..1', '1+0', '1-0', '0x10-0x20', `${LAST}+2`, `0..${LAST + 1n}`]) {
    assert.throws(() => parseAddressRanges(text), { name: 'UserError', message: /^'.*': Invalid range;.*$/ });
  }
});
