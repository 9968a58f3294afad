import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Builder } from '../ir/builder.ts';
import type { Node } from '../ir/node.ts';
import { groupAccesses } from './access-groups.ts';

/** Groups of what a function emits: the bytes each spans, and how many are in it. */
function groupsOf(emit: (g: Builder) => void): string[] {
  const g = new Builder();
  emit(g);
  const groups = new Set([...groupAccesses(g.unit).values()].map(({ group }) => group));
  return [...groups].map(({ start, end, left }) => `${start} to ${end}: ${left}`);
}
const load = (g: Builder, base: Node, offset: number, size = 8): Node =>
  g.load('i64', g.add(base, g.i64(offset)), { size });
const store = (g: Builder, base: Node, offset: number, size = 8): void =>
  g.store(g.add(base, g.i64(offset)), g.i64(1), { size });

test('loads and stores around one value, each in a group of their own', () => {
  const groups = groupsOf((g) => {
    const base = g.get('x', 2);
    load(g, base, 16);
    store(g, base, 8, 4);
    load(g, base, -3, 1);
    store(g, base, 0, 2);
    load(g, g.get('x', 3), 0);
    g.load('i64', base, {});
  });
  assert.deepEqual(groups, ['-3 to 24: 3', '0 to 12: 2']);
});

test('a value that was moved by a constant is the same', () => {
  const groups = groupsOf((g) => {
    g.set('x', 2, g.add(g.get('x', 2), g.i64(-64)));
    store(g, g.get('x', 2), 56);
    g.set('x', 8, g.add(g.get('x', 2), g.i64(64)));
    store(g, g.get('x', 8), -16);
  });
  assert.deepEqual(groups, ['-16 to 0: 2']);
});

test('what is too far apart, aligned by rule or at a constant address is checked by itself', () => {
  const groups = groupsOf((g) => {
    const base = g.get('x', 2);
    load(g, base, 0);
    load(g, base, 504);
    load(g, base, 505);
    load(g, base, 8);
    g.load('i64', base, { align: 'natural' });
    g.load('i64', g.i64(0x1000), {});
    g.load('i64', g.i64(0x1008), {});
  });
  assert.deepEqual(groups, ['0 to 512: 2', '8 to 513: 2']);
});

test('what is checked in an if holds in it, what is checked before it also afterwards', () => {
  const groups = groupsOf((g) => {
    const base = g.get('x', 2);
    load(g, base, 0);
    g.if(g.ne(base, g.i64(0)));
    load(g, base, 8);
    load(g, base, 16);
    store(g, base, 8);
    store(g, base, 16);
    g.end();
    load(g, base, 24);
    store(g, base, 24);
    load(g, base, 32);
  });
  assert.deepEqual(groups, ['0 to 40: 5', '8 to 24: 2']);
});

test('a helper may change mappings; one that raises does not come back', () => {
  const helper = { name: 'h', args: [], result: 'none', reads: [], writes: [], counts: false, doc: '' } as const;
  for (const raises of [false, true]) {
    const groups = groupsOf((g) => {
      const base = g.get('x', 2);
      load(g, base, 0);
      g.if(g.ne(base, g.i64(0)));
      g.emit('call', undefined, [], { helper: { ...helper, raises, faults: raises, exits: !raises } });
      g.end();
      load(g, base, 8);
    });
    assert.deepEqual(groups, raises ? ['0 to 16: 2'] : []);
  }
});
