import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Builder } from './builder.ts';
import type { HelperDefinition } from './ops.ts';
import { IrSyntaxError, parse } from './parse.ts';
import { print } from './print.ts';
import { verify } from './verify.ts';

const helper: HelperDefinition = {
  name: 'ask',
  args: ['i32', 'i64'],
  result: 'i64',
  reads: [],
  writes: [],
  faults: true,
  raises: false,
  exits: true,
  counts: false,
  doc: 'For the test.',
};

/** Every form that the text has. */
const TEXT = `\
insn_start 0, 4
%1 = get.i64 x[10]
%2 = const.i64 -1
%3 = add.i64 %1, %2
set.i64 x[rd], %3
%5 = load.i64 %3, {4 signed}
%6 = load.i32 %3, {2 be natural acquire mmu1}
%7 = extract_u.i64 %5, 8, 16
%8 = operand.i32 rm
%9 = eq.i32 %6, %8
if %9
  %zero = const.f64 0
  %sum = fp.f64 f64.add, %zero, %zero, %8
else
  store.i64 %3, %5, {8}
end
%16 = atomic_rmw.i32 %3, %6, {4 min_u natural seq_cst}
%17 = call.i64 ask, %8, %1
%18 = pc.i64 imm
%19 = pc.i64 -8
%20 = const.i64 -9223372036854775808
%21 = test.i32 sub, lt_u, %1, %2
fence {8 release}
branch %9, +16
branch %9, imm
jump_reg return, %18
jump call, -4
exit
`;

test('what is printed is parsed back the same', () => {
  const printed = print(parse(TEXT, [helper]));
  assert.equal(print(parse(printed, [helper])), printed);
  assert.match(printed, /^ {2}%12 = fp\.f64 f64\.add, %11, %11, %8$/m);
  assert.equal(printed.split('\n').length, TEXT.split('\n').length);
  assert.deepEqual(verify(parse(TEXT, [helper])), []);
});

test('what the builder makes is printed', () => {
  const g = new Builder();
  g.startInstruction(0, 4);
  const address = g.add(g.get('x', 2), g.i64(-16));
  g.set('x', 5, g.load('i64', address, { size: 4, signed: true }));
  g.branch(g.ltU(g.get('x', 5), g.i64(3)), { name: 'imm', value: 8 });
  const expected = `\
insn_start 0, 4
%1 = get.i64 x[2]
%2 = const.i64 -16
%3 = add.i64 %1, %2
%4 = load.i64 %3, {4 signed}
set.i64 x[5], %4
%6 = const.i64 3
%7 = lt_u.i32 %4, %6
branch %7, +8
`;
  assert.equal(print(g.unit), expected);
});

test('text that is no unit is refused with its line', () => {
  const cases = [
    ['%1 = add.i64 %2, %3', /line 1: %2 is not defined/],
    ['\nfrobnicate', /line 2: no operation is called frobnicate/],
    ['%1 = const.i7 1', /no type is called i7/],
    ['%1 = const.i64', /has 1 attributes, not 0/],
    ['%1 = get.i64 x', /x is no state/],
    ['%1 = const.i64 0\n%2 = load.i64 %1, {3}', /line 2: \{3\} is no access/],
    ['call nobody', /nobody is no helper/],
    ['???', /not an operation/],
  ] as const;
  for (const [text, message] of cases) {
    assert.throws(
      () => parse(text),
      (error: unknown) => error instanceof IrSyntaxError && message.test(error.message),
      text,
    );
  }
});

test('a unit that makes no sense is refused with its fault', () => {
  const cases = [
    ['%a = const.i64 1\n%b = const.i32 1\n%c = add.i64 %a, %b', /argument 2 is i32, not i64/],
    ['%a = const.i64 1\nif %a\nend', /argument 1 is i64, not i32/],
    ['%a = const.i32 1\nif %a\n%b = const.i64 2\nend\nset.i64 x[1], %b', /%2 is not defined here/],
    ['%a = const.i32 1\nif %a', /1 if without end/],
    ['end', /is not in an if/],
    ['%a = const.i32 1\nif %a\nelse\nelse\nend', /is the second/],
    ['%a = const.i64 1\n%b = extend_u.i64 %a', /does not widen i64/],
    ['%a = const.i64 1\n%b = trunc.i64 %a', /does not narrow i64/],
    ['%a = const.i64 1\n%b = extract_s.i64 %a, 60, 8', /out of range/],
    ['%a = const.i64 1\n%b = load.i32 %a, {8}', /wider than its value/],
    ['%a = const.i64 1\n%b = atomic_rmw.i64 %a, %a, {8}', /has no operation/],
    ['%a = const.i64 1\n%b = call.i64 ask, %a', /takes \(i32, i64\)/],
    ['%a = const.i64 1\n%b = fp.f64 f64.sqrt, %a', /no rounding mode/],
    ['%a = const.i64 1\n%b = clmul.i32 %a, %a', /is not for i32/],
    ['%a = const.i64 1\n%b = bitcast.f32 %a', /changes the width/],
    ['%a = const.i64 1\n%b = eq.i64 %a, %a', /makes i32, not i64/],
  ] as const;
  for (const [text, message] of cases) assert.match(verify(parse(text, [helper])).join('\n'), message, text);
});
