import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Unit } from '../node.ts';
import { print } from '../print.ts';
import { verify } from '../verify.ts';
import { optimize } from './optimize.ts';
import { PASSES } from './passes.ts';
import { randomUnit, type Choice } from './testing/random-unit.ts';
import { observe } from './testing/witness.ts';

const RUNS = Number(process.env['PASSES_RUNS'] ?? 400);

const number = fc.nat(2 ** 20);
const choices: fc.Arbitrary<readonly Choice[]> = fc.array(fc.tuple(number, number, number, number), {
  minLength: 1,
  maxLength: 40,
  size: 'max',
});
const register = fc.oneof(
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.bigInt(-(2n ** 31n), 2n ** 31n).map((value) => BigInt.asUintN(64, value)),
  fc.bigInt(0n, 70n),
);
const registers = fc.array(fc.array(register, { minLength: 7, maxLength: 7 }), { minLength: 3, maxLength: 3 });

/** The same can be seen of what is made of a random unit as of the unit. */
function assertSame(enabled: ReadonlySet<string>): void {
  fc.assert(
    fc.property(choices, registers, (made, states) => {
      const before = randomUnit(made);
      const text = print(before);
      assert.deepEqual(verify(before), [], text);
      const seen = states.map((state) => observe(before, state));
      const after: Unit = optimize(before, enabled);
      const both = `${text}\nbecomes\n${print(after)}`;
      assert.deepEqual(verify(after), [], both);
      for (const [i, state] of states.entries()) assert.equal(observe(after, state), seen[i], both);
    }),
    { numRuns: RUNS },
  );
}

for (const name of Object.keys(PASSES)) {
  test(`units do the same after ${name}`, () => assertSame(new Set([name])));
}
test('units do the same after all passes, and after none', () => {
  assertSame(new Set(Object.keys(PASSES)));
  assertSame(new Set());
});
