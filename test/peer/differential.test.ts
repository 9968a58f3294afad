/**
 * Random instruction streams give the same registers, flags and memory under us as under native
 * QEMU in user mode. By hand, longer: tools/node test/peer/differential.test.ts --count 10000000
 * and, with the translator under stress: --engine tier2 --stress eviction+flushes+writes
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseArgs } from 'node:util';
import { explain } from './differential/difference.ts';
import { isStress, type Stress } from '../../src/jit/stress.ts';
import { MEMBERS, NAMES, PRIVILEGED } from './differential/encodings.ts';
import { runStream, type EngineName } from './differential/machine.ts';
import { NativeQemu } from './differential/native.ts';
import { randomStream, type Stream } from './differential/stream.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', multiple: true, default: ['oracle', 'tier0', 'tier1', 'tier2'] },
    stress: { type: 'string', default: '' },
  },
  strict: false,
});
const count = Number(values.count);
const engines = values.engine as EngineName[];
const names = (values.stress as string).split('+').filter(isStress);
const stress: Stress | undefined = names.length === 0 ? undefined : { names, seed: Number(values.seed) };
/** Instructions of one program. */
const BATCH = 200_000;

const native = new NativeQemu();
after(() => native[Symbol.dispose]());

function* streams(): Generator<Stream> {
  for (let done = 0, seed = Number(values.seed); done < count; done += BATCH, seed++) {
    yield randomStream(seed, Math.min(BATCH, count - done));
  }
}

test('every declared instruction is in the streams or in the privileged suite', () => {
  const counts = randomStream(Number(values.seed), BATCH).counts;
  const missing = MEMBERS.map(({ encoding }) => encoding.name).filter((name) => (counts.get(name) ?? 0) < 20);
  assert.deepEqual(missing, [], 'hardly or never in a stream');
  assert.deepEqual(
    PRIVILEGED.filter((name) => !NAMES.includes(name)),
    [],
    'no such instruction',
  );
  const sources = globSync('**/*.{c,S,h,ts}', {
    cwd: import.meta.dirname,
    exclude: (path) => path.includes('differential'),
  })
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n');
  const untested = PRIVILEGED.filter((name) => !new RegExp(`\\b${name.replaceAll('.', '\\.')}\\b`).test(sources));
  assert.deepEqual(untested, [], 'not in the privileged suite');
});

for (const engine of engines) {
  test(`${count} instructions: ${engine} and native QEMU agree`, (t) => {
    let retired = 0;
    let seconds = 0;
    for (const stream of streams()) {
      const ours = runStream(engine, stream, stress);
      retired += ours.retired;
      seconds += ours.seconds;
      const theirs = native.run(stream);
      if (Buffer.compare(ours.data, theirs) === 0) continue;
      const difference = explain(
        stream,
        (one) => runStream(engine, one, stress).data,
        (one) => native.run(one),
      );
      assert.fail(difference);
    }
    t.diagnostic(`${retired} retired, ${(retired / seconds / 1e6).toFixed(2)} MIPS`);
  });
}

test('all engines retire the same number of instructions', () => {
  const stream = randomStream(Number(values.seed), 20_000);
  const retired = engines.map((engine) => runStream(engine, stream, stress).retired);
  assert.equal(new Set(retired).size, 1, `${engines.join(', ')}: ${retired.join(', ')}`);
});
