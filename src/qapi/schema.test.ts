import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { command, event } from './declaration.ts';
import { introspect } from './introspection.ts';
import { Place } from './place.ts';
import * as s from './schema.ts';

const Target = s.enumOf('Target', 'What is counted.', ['vm', 'vcpu']);
const Request = s.struct('Request', 'One provider.', {
  provider: s.required(Target, 'which'),
  names: s.optional(s.arrayOf(s.str), 'only these'),
});
const Filter = s.union('Filter', 'What to return.', {
  tag: 'target',
  members: { target: s.required(Target, 'which'), providers: s.optional(s.arrayOf(Request), 'only these') },
  cases: { vcpu: s.struct('VcpuFilter', 'More.', { vcpus: s.optional(s.arrayOf(s.str), 'only these') }) },
});
const Reference = s.alternate('Reference', 'A name or a node.', { name: s.str, node: Request, gone: s.nothing });

/** The error, or the value as JSON. */
function accept(type: s.Type<unknown>, value: unknown, form: 'json' | 'text' = 'json'): string {
  try {
    const kept = type.accept(value, Place.root(form).member('x'));
    return JSON.stringify(kept, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));
  } catch (error) {
    return (error as Error).message;
  }
}

suite('values', () => {
  // Native QEMU's sentences, with names of ours.
  const cases: [s.Type<unknown>, unknown, string][] = [
    [Filter, { target: 'vm' }, '{"target":"vm"}'],
    [Filter, { target: 'vcpu', vcpus: ['a'] }, '{"target":"vcpu","vcpus":["a"]}'],
    [Filter, {}, "Parameter 'x.target' is missing"],
    [Filter, { names: 1 }, "Parameter 'x.target' is missing"],
    [Filter, { target: 5 }, "Invalid parameter type for 'x.target', expected: string"],
    [Filter, { target: 'bogus' }, "Parameter 'target' does not accept value 'bogus'"],
    [Filter, { target: 'vm', vcpus: [] }, "Parameter 'x.vcpus' is unexpected"],
    [Filter, { target: 'vcpu', vcpus: [1] }, "Invalid parameter type for 'x.vcpus[0]', expected: string"],
    [Filter, { target: 'vcpu', vcpus: 5 }, "Invalid parameter type for 'x.vcpus', expected: array"],
    [Filter, { target: 'vm', providers: [{}] }, "Parameter 'x.providers[0].provider' is missing"],
    [Filter, { target: 'vm', providers: [5] }, "Invalid parameter type for 'x.providers[0]', expected: object"],
    [Filter, { target: 'vm', providers: [{ provider: 'y' }] }, "Parameter 'provider' does not accept value 'y'"],
    [Filter, { target: 'vm', providers: [{ provider: 'vm', y: 1 }] }, "Parameter 'x.providers[0].y' is unexpected"],
    [Filter, { target: 'constructor' }, "Parameter 'target' does not accept value 'constructor'"],
    [Filter, JSON.parse('{"target":"vm","__proto__":1}'), "Parameter 'x.__proto__' is unexpected"],
    [s.arrayOf(Target), ['z'], "Parameter 'null' does not accept value 'z'"],
    [Reference, 5, "Invalid parameter type for 'x', expected: Reference"],
    [Reference, null, 'null'],
    [Reference, 'n', '"n"'],
    [Reference, {}, "Parameter 'x.provider' is missing"],
    [s.bool, 'on', "Invalid parameter type for 'x', expected: boolean"],
    [s.int, 'a', "Invalid parameter type for 'x', expected: integer"],
    [s.int, 1.5, "Invalid parameter type for 'x', expected: integer"],
    [s.int, 2 ** 64, "Invalid parameter type for 'x', expected: integer"],
    [s.int, 18446744073709551615n, "Invalid parameter type for 'x', expected: integer"],
    [s.int, 9223372036854775807n, '"9223372036854775807n"'],
    [s.uint64, 18446744073709551615n, '"18446744073709551615n"'],
    [s.uint8, 300, "Parameter 'x' expects uint8_t"],
    [s.uint16, -1, "Parameter 'x' expects uint16_t"],
    [s.int32, -5, '-5'],
    [s.number, 1.5, '1.5'],
    [s.number, 3n, '3'],
    [s.number, '1', "Invalid parameter type for 'x', expected: number"],
    [s.nothing, 0, "Invalid parameter type for 'x', expected: null"],
    [s.any, [1, { a: null }], '[1,{"a":null}]'],
    [s.str, undefined, "Invalid parameter type for 'x', expected: string"],
  ];
  for (const [type, value, expected] of cases)
    test(`${type.name}: ${String(JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v)))}`, () =>
      assert.equal(accept(type, value), expected));
});

suite('text of an option', () => {
  const cases: [s.Type<unknown>, string, string][] = [
    [s.bool, 'on', 'true'],
    [s.bool, 'n', 'false'],
    [s.bool, 'maybe', "Parameter 'x' expects 'on' or 'off'"],
    [s.int, '-12', '-12'],
    [s.int, '0x1F', '31'],
    [s.int, '017', '15'],
    [s.int, '09', "Parameter 'x' expects integer"],
    [s.int, '', "Parameter 'x' expects integer"],
    [s.uint32, '5000000000', "Parameter 'x' expects uint32_t"],
    [s.uint64, '18446744073709551615', '"18446744073709551615n"'],
    [s.size, '1.5G', '1610612736'],
    [s.size, '4k', '4096'],
    [s.size, '16E', "Parameter 'x' expects a size value"],
    [s.size, '0x1000', '4096'],
    [s.size, '1X', "Parameter 'x' expects a size value"],
    [s.size, '-1', "Parameter 'x' expects a size value"],
    [s.number, '1.5e3', '1500'],
    [s.number, 'one', "Parameter 'x' expects number"],
    [Target, 'vm', '"vm"'],
    [Filter, 'vm', "Invalid parameter type for 'x', expected: object"],
  ];
  for (const [type, text, expected] of cases)
    test(`${type.name}: ${text}`, () => assert.equal(accept(type, text, 'text'), expected));
});

suite('declarations', () => {
  const countAll = command('count', {
    since: '1.0',
    doc: 'Count.',
    args: Filter,
    returns: s.arrayOf(s.arrayOf(s.str)),
    example: { target: 'vm' },
    run: (filter, { log }: { log: string[] }) => [
      [filter.target === 'vcpu' ? String(filter.vcpus) : filter.target, ...log],
    ],
  });
  const stop = command('stop', {
    since: '1.0',
    doc: 'Stop.',
    features: ['unstable'],
    oob: true,
    example: {},
    run() {},
  });
  const shutdown = event('SHUTDOWN', {
    since: '1.0',
    doc: 'It is over.',
    data: { guest: s.required(s.bool, 'by itself'), code: s.optional(s.uint8, 'if it gave one') },
  });

  test('a command checks its arguments and has them typed', () => {
    assert.deepEqual(countAll.call({ target: 'vcpu', vcpus: ['a', 'b'] }, { log: ['l'] }), [['a,b', 'l']]);
    assert.throws(() => countAll.call({}, { log: [] }), { message: "Parameter 'target' is missing" });
    assert.throws(() => stop.call({ a: 1 }, {}), { message: "Parameter 'a' is unexpected" });
  });

  const entries = introspect([countAll, stop], [shutdown]);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));

  test('introspection tells no names but those of commands, events and built-in types', () => {
    for (const { name } of entries) assert.match(name, /^(count|stop|SHUTDOWN|str|bool|int|\d+|\[\d+\]|\[+str\]+)$/);
    assert.equal(new Set(entries.map(({ name }) => name)).size, entries.length);
    assert.deepEqual(byName.get('stop'), {
      name: 'stop',
      'meta-type': 'command',
      'arg-type': byName.get('stop')!['ret-type'],
      'ret-type': byName.get('stop')!['ret-type'],
      'allow-oob': true,
      features: ['unstable'],
    });
    assert.deepEqual(byName.get(byName.get('SHUTDOWN')!['arg-type'] as string), {
      name: byName.get('SHUTDOWN')!['arg-type'],
      'meta-type': 'object',
      members: [
        { name: 'guest', type: 'bool' },
        { name: 'code', type: 'int', default: null },
      ],
    });
    const filter = byName.get(byName.get('count')!['arg-type'] as string)!;
    assert.equal(filter['tag'], 'target');
    assert.deepEqual(
      (filter['variants'] as { case: string }[]).map((variant) => variant.case),
      ['vm', 'vcpu'],
    );
  });

  test('a type that contains itself is described once', () => {
    type Tree = { readonly below?: readonly Tree[] | undefined };
    const Tree: s.Type<Tree> = s.struct('Tree', 'A tree.', {
      below: s.optional(s.arrayOf(s.lazy<Tree>('Tree', () => Tree)), 'more trees'),
    });
    const grow = command('grow', {
      since: '1.0',
      doc: 'Grow.',
      returns: Tree,
      example: {},
      run: () => ({}),
    });
    const names = introspect([grow], []).map(({ name }) => name);
    assert.deepEqual(names.toSorted(), ['0', '1', '[1]', 'grow']);
    assert.equal(
      accept(Tree, { below: [{ below: [3] }] }),
      "Invalid parameter type for 'x.below[0].below[0]', expected: object",
    );
  });
});
