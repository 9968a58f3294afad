import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topologyOf, type PartialTopology } from './topology.ts';

/** What is given, and what native QEMU makes of it: cpus, maxcpus, sockets, cores, threads. */
const CASES: readonly (readonly [PartialTopology, string])[] = [
  [{}, '1 1 1 1 1'],
  [{ cpus: 4 }, '4 4 1 4 1'],
  [{ cpus: 4, sockets: 2 }, '4 4 2 2 1'],
  [{ cpus: 4, threads: 2 }, '4 4 1 2 2'],
  [{ cpus: 4, cores: 2 }, '4 4 2 2 1'],
  [{ cpus: 2, maxcpus: 8 }, '2 8 1 8 1'],
  [{ cores: 3 }, '3 3 1 3 1'],
  [{ sockets: 2, cores: 2, threads: 2 }, '8 8 2 2 2'],
  [{ cpus: 8, sockets: 2, cores: 2 }, '8 8 2 2 2'],
];

test('what is left out follows', () => {
  for (const [known, wanted] of CASES) {
    const { cpus, maxcpus, sockets, cores, threads } = topologyOf(known);
    assert.equal([cpus, maxcpus, sockets, cores, threads].join(' '), wanted, JSON.stringify(known));
  }
});

test('what does not fit is refused', () => {
  assert.throws(() => topologyOf({ cpus: 3, sockets: 2 }), /product of the hierarchy must match maxcpus/);
  assert.throws(() => topologyOf({ cpus: 4, maxcpus: 2 }), /must be equal to or greater than smp/);
  assert.throws(() => topologyOf({ maxcpus: 9 }), /Invalid SMP CPUs 9/);
  assert.throws(() => topologyOf({ cores: 0 }), /greater than zero/);
});
