import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LIBRARIES, library } from '../tools/libatomic.ts';

const ROOT = join(import.meta.dirname, '..');

for (const { path, machine, code } of LIBRARIES) {
  test(`${path} is what its writer writes`, () => {
    assert.deepEqual(readFileSync(join(ROOT, path)), library(machine, code));
  });
}

const ours = `bin/${process.platform}-${process.arch}`;
const skip = LIBRARIES.some(({ path }) => path.startsWith(`${ours}/`)) ? false : 'no library for this platform';

test('Node starts on our library, every symbol resolved', { skip }, () => {
  const child = spawnSync(
    process.execPath,
    ['-p', `fs.readFileSync('/proc/self/maps', 'utf8').includes('${ours}/libatomic.so.1')`],
    { encoding: 'utf8', env: { LD_LIBRARY_PATH: join(ROOT, ours), LD_BIND_NOW: '1' } },
  );
  assert.deepEqual([child.stdout, child.stderr], ['true\n', '']);
});

test('the exchange happens if and only if the value is the expected one', { skip }, async () => {
  const { dlopen } = await import('node:ffi');
  const { functions, lib } = dlopen(join(ROOT, ours, 'libatomic.so.1'), {
    __atomic_compare_exchange: {
      arguments: ['uint64', 'buffer', 'buffer', 'buffer', 'int32', 'int32'],
      return: 'bool',
    },
  });
  const value = new BigUint64Array([2n ** 63n + 1n]);
  const expected = new BigUint64Array([1n]);
  const exchange = (desired: bigint) =>
    functions.__atomic_compare_exchange(8n, value, expected, new BigUint64Array([desired]), 5, 5);

  assert.equal(Boolean(exchange(3n)), false);
  assert.deepEqual([value[0], expected[0]], [2n ** 63n + 1n, 2n ** 63n + 1n]);
  assert.equal(Boolean(exchange(3n)), true);
  assert.deepEqual([value[0], expected[0]], [3n, 2n ** 63n + 1n]);
  lib.close();
});
