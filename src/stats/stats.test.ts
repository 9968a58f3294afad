import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { UserError } from '../base/errors.ts';
import { elementMistake, providerMistakes } from './conformance.ts';
import { counter, counterProvider } from './counters.ts';
import { linearBucket, log2Bucket } from './histogram.ts';
import type { StatsElement, StatsProvider } from './provider.ts';
import { type StatsFilter, StatsRegistry } from './registry.ts';

const VCPUS = [0, 1, 2].map((index) => ({ index, qomPath: `/machine/soc0/harts[${index}]` }));
const path = (index: number): string => VCPUS[index]!.qomPath;

const memory = new BigUint64Array(new SharedArrayBuffer(24));
const tcg = counterProvider('tcg', {
  vm: [counter('wasm-bytes', { type: 'instant', unit: 'bytes', doc: 'Code in memory.' }, () => 5)],
  vcpu: [
    counter('instructions', { type: 'cumulative', doc: 'Instructions retired.' }, (vcpu) => memory[vcpu]!),
    counter('halted', { type: 'instant', unit: 'boolean', doc: 'Waits.' }, (vcpu) => vcpu === 1),
    counter('compile', { type: 'log2-histogram', unit: 'seconds', base: 10, exponent: -6, doc: 'Time.' }, () => [
      1, 0, 2,
    ]),
  ],
});
const block = counterProvider('block', { vm: [counter('reads', { type: 'cumulative', doc: 'Reads.' }, () => 7)] });

function registry(): StatsRegistry {
  const all = new StatsRegistry();
  all.register(tcg);
  all.register(block);
  return all;
}

suite('query', () => {
  /** Who answered with what, in short. */
  const ask = (filter: StatsFilter): string[] =>
    registry()
      .query(filter, VCPUS)
      .map(({ provider, qomPath, stats }) => [provider, qomPath, ...stats.map(({ name }) => name)].join(' '));

  const all = 'instructions halted compile';
  const cases: [string, StatsFilter, string[]][] = [
    ['the machine', { target: 'vm' }, ['block  reads', 'tcg  wasm-bytes']],
    ['vCPUs from the last', { target: 'vcpu' }, [2, 1, 0].map((index) => `tcg ${path(index)} ${all}`)],
    ['one vCPU', { target: 'vcpu', vcpus: [path(1)] }, [`tcg ${path(1)} ${all}`]],
    ['an unknown vCPU', { target: 'vcpu', vcpus: ['/nowhere'] }, []],
    ['no vCPU', { target: 'vcpu', vcpus: [] }, []],
    ['no provider', { target: 'vm', providers: [] }, []],
    ['an absent provider', { target: 'vm', providers: [{ provider: 'kvm' }] }, []],
    ['a provider without that target', { target: 'vcpu', providers: [{ provider: 'block' }] }, []],
    ['no names', { target: 'vm', providers: [{ provider: 'tcg', names: [] }] }, []],
    ['unknown names', { target: 'vm', providers: [{ provider: 'tcg', names: ['x'] }] }, []],
    [
      'names, in the order of the provider',
      { target: 'vcpu', vcpus: [path(0)], providers: [{ provider: 'tcg', names: ['halted', 'x', 'instructions'] }] },
      [`tcg ${path(0)} instructions halted`],
    ],
    [
      'requests, the last first',
      { target: 'vm', providers: [{ provider: 'tcg' }, { provider: 'block' }, { provider: 'tcg' }] },
      ['tcg  wasm-bytes', 'block  reads', 'tcg  wasm-bytes'],
    ],
  ];
  for (const [what, filter, expected] of cases) test(what, () => assert.deepEqual(ask(filter), expected));

  test('values are what is in memory now', () => {
    memory[2] = 2n ** 60n;
    const [last] = registry().query({ target: 'vcpu' }, VCPUS);
    assert.deepEqual(last, {
      provider: 'tcg',
      qomPath: path(2),
      stats: [
        { name: 'instructions', value: 2n ** 60n },
        { name: 'halted', value: false },
        { name: 'compile', value: [1, 0, 2] },
      ],
    });
  });

  test('one provider that cannot read fails the question', () => {
    const broken: StatsProvider = {
      ...block,
      values: () => {
        throw new UserError('KVM stats: ioctl failed');
      },
    };
    const all = new StatsRegistry();
    all.register(tcg);
    all.register(broken);
    assert.throws(() => all.query({ target: 'vm' }, VCPUS), { message: 'KVM stats: ioctl failed' });
  });
});

suite('schemas', () => {
  test('the latest provider first, of each the vCPUs first', () => {
    const order = (only?: 'tcg' | 'kvm'): string[] =>
      registry()
        .schemas(only)
        .map(({ provider, target }) => `${provider} ${target}`);
    assert.deepEqual(order(), ['block vm', 'tcg vcpu', 'tcg vm']);
    assert.deepEqual(order('tcg'), ['tcg vcpu', 'tcg vm']);
    assert.deepEqual(order('kvm'), []);
  });

  test('each value has its element', () => {
    assert.deepEqual(providerMistakes(tcg, 3), []);
    assert.deepEqual(providerMistakes({ ...tcg, values: () => [] }, 1), [
      'vm/tcg: declared are wasm-bytes, given are ',
      'vcpu/tcg: declared are instructions halted compile, given are ',
    ]);
    const wrong = counterProvider('tcg', {
      vm: [
        counter('list', { type: 'log2-histogram', doc: 'x' }, () => 1),
        counter('scalar', { type: 'peak', doc: 'x' }, () => [1]),
        counter('negative', { type: 'instant', doc: 'x' }, () => -1),
        counter('huge', { type: 'instant', doc: 'x' }, () => 2n ** 64n),
        counter('boolean', { type: 'instant', unit: 'boolean', doc: 'x' }, () => 1),
      ],
    });
    assert.equal(providerMistakes(wrong, 0).length, 5);
  });

  test('a wrong declaration is refused at once', () => {
    const good: StatsElement = { name: 'x', doc: 'An x.', type: 'instant' };
    const bad: StatsElement[] = [
      { ...good, name: 'X y' },
      { ...good, doc: ' ' },
      { ...good, base: 10 },
      { ...good, exponent: -9 },
      { ...good, bucketSize: 5 },
      { ...good, type: 'linear-histogram' },
      { ...good, type: 'linear-histogram', bucketSize: 0 },
      { ...good, type: 'cumulative', unit: 'boolean' },
    ];
    assert.equal(elementMistake(good), undefined);
    for (const element of bad) {
      const provider = counterProvider('tcg', { vm: [{ ...element, read: () => 0 }] });
      assert.throws(() => new StatsRegistry().register(provider), { name: 'BugError' }, JSON.stringify(element));
    }
    const twice = counterProvider('tcg', {
      vm: [
        { ...good, read: () => 0 },
        { ...good, read: () => 0 },
      ],
    });
    assert.throws(() => new StatsRegistry().register(twice), /is there twice/);
    const all = registry();
    assert.throws(() => all.register(tcg), /two providers/);
  });
});

test('buckets ascend', () => {
  const values = [0, 1, 2, 3, 4, 1023, 1024, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52];
  assert.deepEqual(
    values.map((value) => log2Bucket(value, 64)),
    [0, 1, 2, 2, 3, 10, 11, 32, 32, 33, 53],
  );
  assert.equal(log2Bucket(2 ** 52, 32), 31);
  assert.deepEqual(
    [0, 9, 10, 35, 1000].map((value) => linearBucket(value, 10, 4)),
    [0, 0, 1, 3, 3],
  );
});
