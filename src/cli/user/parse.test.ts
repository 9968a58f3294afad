import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../base/errors.ts';
import { userHelpText } from './help.ts';
import { userOptions } from './options.ts';
import { parseUserCommandLine } from './parse.ts';

const parse = (line: string, variables: Record<string, string> = {}): ReturnType<typeof parseUserCommandLine> =>
  parseUserCommandLine(line.split(' '), variables);

test('options end where the program begins', () => {
  const { settings, options } = parse('-L /sys -strace --cpu rv64,c=off ./a -strace -L /other');
  assert.equal(settings.prefix, '/sys');
  assert.equal(settings.cpu, 'rv64,c=off');
  assert.deepEqual([...settings.log], ['strace']);
  assert.equal(options, 5);
  assert.equal(parse('-s 1M -- -a').options, 3);
});

test('variables say the same, and options count for more', () => {
  const variables = { QEMU_LD_PREFIX: '/a', QEMU_STACK_SIZE: '1M', QEMU_STRACE: '', QEMU_LOG: 'unimp' };
  const { settings } = parse('-L /b ./a', variables);
  assert.equal(settings.prefix, '/b');
  assert.equal(settings.stackSize, 2 ** 20);
  assert.deepEqual([...settings.log].toSorted(), ['strace', 'unimp']);
});

test('changes of the environment stay in order', () => {
  const { settings } = parse('-E A=1,B=2 -U A -E A=3 ./a', { QEMU_SET_ENV: 'Z=0' });
  assert.deepEqual(settings.environment, ['Z=0', 'A=1', 'B=2', 'A', 'A=3']);
});

test('sizes, seeds, and what leaves things as they are', () => {
  const { settings } = parse('-R 0x10000000 -seed 7 -B 0 -p 4096 -r 6.1.0 -0 name -g unix:/x -D f -dfilter 0x1+4 ./a');
  assert.equal(settings.windowSize, 2 ** 28);
  assert.equal(settings.seed, 7n);
  assert.deepEqual([settings.release, settings.argv0, settings.gdb], ['6.1.0', 'name', 'unix:/x']);
  assert.equal(settings.logRanges[0]!.last, 4n);
});

const MISTAKES: Readonly<Record<string, RegExp>> = {
  '-strace': /no user program specified/,
  '-frob ./a': /unknown option '-frob'; -help lists them/,
  '-L': /missing argument for option '-L'; write -L path/,
  '-s 8Q ./a': /-s 8Q: '8Q' is no size/,
  '-s 4G ./a': /-s 4G: a stack of at most/,
  '-R 1M ./a': /-R 1M: a program can have from 64M to 2G/,
  '-B 0x1000 ./a': /-B 0x1000: .*leave the option away/,
  '-p 65536 ./a': /-p 65536: pages have 4096 bytes/,
  '-seed x ./a': /Invalid seed number: x/,
  '-E A ./a': /'A': write NAME=value/,
  '-U A=1 ./a': /'A=1': write the name of a variable alone/,
  '-d frob ./a': /'frob' is no log item; -d help lists them/,
  '-d exec ./a': /the log item 'exec' is not supported; -d help lists those that are/,
  '-plugin x ./a': /plugins of QEMU are native libraries/,
};
for (const [line, expected] of Object.entries(MISTAKES)) {
  test(`mistake: ${line}`, () => {
    assert.throws(
      () => parse(line),
      (error) => error instanceof UserError && expected.test(error.message),
    );
  });
}

test('-help names every option and variable within 80 columns', () => {
  const text = userHelpText();
  for (const { name, variable } of userOptions) {
    assert.match(text, new RegExp(`^-${name}\\b`, 'm'));
    if (variable !== undefined) assert.match(text, new RegExp(`^  ${variable} +-${name}$`, 'm'));
  }
  for (const line of text.split('\n')) assert.ok(line.length <= 82, line);
});

test('a listing needs no program', async () => {
  assert.match(await parse('-d help').settings.listing!(), /^strace /m);
  assert.match(await parse('-cpu help').settings.listing!(), /^rv64$/m);
});
