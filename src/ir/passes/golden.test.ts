import { test } from 'node:test';
import { assertGolden } from '../../../test/golden.ts';
import { parse } from '../parse.ts';
import { print } from '../print.ts';
import { optimize } from './optimize.ts';
import { PASSES, type PassName } from './passes.ts';
import { HELPERS } from './testing/random-unit.ts';

const ALL = new Set(Object.keys(PASSES));

/** Units, each under its title, and what the passes make of them. */
function shown(units: Readonly<Record<string, string>>, enabled: ReadonlySet<string>): string {
  return Object.entries(units)
    .map(([title, text]) => {
      const before = parse(text, HELPERS);
      const input = print(before);
      return `; ${title}\n${input}; becomes\n${print(optimize(before, enabled))}`;
    })
    .join('\n');
}

const golden = (name: PassName, units: Readonly<Record<string, string>>, enabled = ALL): void =>
  void test(`what ${name} makes of what it is for`, () => {
    assertGolden(`src/ir/passes/golden/${name}.txt`, shown(units, enabled));
  });

/** The shifts of a 32-bit rotation as a 64-bit guest does them: each result is sign-extended. */
const wordShifts = (up: number, down: number, join = 'or'): string => `
  %x = get.i64 x[10]
  %a = trunc.i32 %x
  %n = const.i32 ${down}
  %right = shr_u.i32 %a, %n
  %r = extend_s.i64 %right
  set.i64 x[5], %r
  %b = trunc.i32 %x
  %m = const.i32 ${up}
  %left = shl.i32 %b, %m
  %l = extend_s.i64 %left
  %both = ${join}.i64 %r, %l
  set.i64 x[5], %both`;

golden('rotates', {
  'a word by 7 to the right': wordShifts(25, 7),
  'by xor, too': wordShifts(25, 7, 'xor'),
  'not a rotation: 26 and 7': wordShifts(26, 7),
  'all 64 bits': `
  %x = get.i64 x[10]
  %n = const.i64 13
  %m = const.i64 51
  %l = shl.i64 %x, %n
  %r = shr_u.i64 %x, %m
  %both = add.i64 %l, %r
  set.i64 x[10], %both`,
  'by an amount that is computed': `
  %x = get.i64 x[10]
  %n = get.i64 x[11]
  %zero = const.i64 0
  %m = sub.i64 %zero, %n
  %l = shl.i64 %x, %n
  %r = shr_u.i64 %x, %m
  %both = or.i64 %l, %r
  set.i64 x[10], %both`,
  'not by add: by 0 it would double': `
  %x = get.i64 x[10]
  %n = get.i64 x[11]
  %zero = const.i64 0
  %m = sub.i64 %zero, %n
  %l = shl.i64 %x, %n
  %r = shr_u.i64 %x, %m
  %both = add.i64 %l, %r
  set.i64 x[10], %both`,
});

golden('narrow', {
  'sums of words from memory': `
  %p = get.i64 x[10]
  %a = load.i64 %p, {4 signed}
  %ta = trunc.i32 %a
  %b = get.i64 x[11]
  %tb = trunc.i32 %b
  %sum = add.i32 %ta, %tb
  %s = extend_s.i64 %sum
  %flipped = xor.i64 %s, %a
  %tf = trunc.i32 %flipped
  %last = sub.i32 %tf, %ta
  %l = extend_s.i64 %last
  set.i64 x[12], %l
  store.i64 %p, %l, {4}`,
  'a branch on a byte': `
  %p = get.i64 x[10]
  %a = load.i64 %p, {1}
  set.i64 x[11], %a
  %zero = const.i64 0
  %is = eq.i64 %a, %zero
  branch %is, +16`,
  'a word with a sign and one without are not of one kind': `
  %p = get.i64 x[10]
  %a = load.i64 %p, {4 signed}
  %b = load.i64 %p, {4}
  %both = or.i64 %a, %b
  set.i64 x[11], %both`,
});

golden('dead-stores', {
  'written twice': `
  %a = get.i64 x[1]
  set.i64 x[2], %a
  %b = const.i64 5
  set.i64 x[2], %b`,
  'a load may fault in between': `
  %a = get.i64 x[1]
  set.i64 x[2], %a
  %b = load.i64 %a, {8}
  set.i64 x[2], %b`,
  'condition codes: only the last inputs are kept': `
  %a = get.i64 x[1]
  %b = get.i64 x[2]
  set.i64 cc[0], %a
  set.i64 cc[1], %b
  %sum = add.i64 %a, %b
  set.i64 cc[0], %sum
  set.i64 cc[1], %a
  set.i64 x[1], %sum`,
  'a helper looks at y, and at nothing else': `
  %a = get.i64 x[1]
  set.i64 x[2], %a
  set.i64 y[2], %a
  %c = call.i64 look, %a
  set.i64 x[2], %c
  set.i64 y[2], %c`,
  'in both arms, and in one of them': `
  %a = get.i64 x[1]
  %c = trunc.i32 %a
  set.i64 x[2], %a
  set.i64 x[3], %a
  if %c
    %b = const.i64 1
    set.i64 x[2], %b
    set.i64 x[3], %b
  else
    %d = const.i64 2
    set.i64 x[2], %d
  end`,
});
