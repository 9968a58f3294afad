import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PMP_MIXED, PMP_R, PMP_W, PMP_X } from './pmp.ts';
import { M, S, U } from './state.ts';
import { HartRig } from './testing/hart-rig.ts';

/** A hart with these entries, from 0 on: configuration byte and pmpaddr. */
function protect(...entries: [number, bigint][]): HartRig {
  const rig = new HartRig();
  rig.write('pmpcfg0', 0n);
  rig.write('pmpaddr0', 0n);
  for (const [i, [, address]] of entries.entries()) rig.write(`pmpaddr${i}`, address);
  rig.write(
    'pmpcfg0',
    entries.reduce((all, [cfg], i) => all | (BigInt(cfg) << BigInt(8 * i)), 0n),
  );
  return rig;
}

const TOR = 8;
const NA4 = 16;
const NAPOT = 24;
const L = 0x80;

test('with no entry on, only M gets through', () => {
  const { pmp } = protect().cpu.hart;
  assert.equal(pmp.allows(0x8000_0000, 8, PMP_R, M), true);
  assert.equal(pmp.allows(0x8000_0000, 8, PMP_R, S), false);
  assert.equal(pmp.page(0x8000_0000, U), 0);
});

test('NA4, NAPOT and TOR match what they say', () => {
  const { pmp } = protect(
    [NA4 | PMP_R, 0x1000n >> 2n],
    [NAPOT | PMP_W | PMP_R, (0x2000n >> 2n) | 0xfn],
    [TOR | PMP_X, 0x4000n >> 2n],
  ).cpu.hart;
  assert.equal(pmp.allows(0x1000, 4, PMP_R, U), true);
  assert.equal(pmp.allows(0x1000, 8, PMP_R, U), false, 'matches half of the access');
  assert.equal(pmp.allows(0x1000, 4, PMP_W, U), false);
  assert.equal(pmp.allows(0x2078, 8, PMP_W, U), true, '128 bytes');
  assert.equal(pmp.allows(0x207c, 8, PMP_R, U), false, 'leaves the region');
  assert.equal(pmp.allows(0x2080, 4, PMP_R, U), false);
  // The base of a TOR entry is the address before it, whatever that entry is: 0x2000 | 0x3c.
  assert.equal(pmp.allows(0x3000, 4, PMP_X, U), true);
  assert.equal(pmp.allows(0x4000, 4, PMP_X, U), false);
});

test('the lowest entry decides', () => {
  const { pmp } = protect([NAPOT, (0x8000_0000n >> 2n) | 0x1ffn], [NAPOT | 7, -1n]).cpu.hart;
  assert.equal(pmp.allows(0x8000_0ff8, 8, PMP_R, S), false);
  assert.equal(pmp.allows(0x8000_1000, 8, PMP_R, S), true);
  assert.equal(pmp.allows(0x8000_0000, 8, PMP_R, M), true);
  assert.equal(pmp.page(0x8000_0000, S), 0);
  assert.equal(pmp.page(0x8000_1000, S), 7);
});

test('a page that is protected in pieces says so', () => {
  const { pmp } = protect([NA4 | PMP_R, 0x8000_0100n >> 2n], [NAPOT | 7, -1n]).cpu.hart;
  assert.equal(pmp.page(0x8000_0000, S), PMP_MIXED);
  assert.equal(pmp.page(0x8000_1000, S), 7);
});

test('locked entries bind M and stay as they are', () => {
  const rig = protect([NAPOT | L | PMP_R, (0x8000_0000n >> 2n) | 0x1ffn], [NAPOT | 7, -1n]);
  const { pmp } = rig.cpu.hart;
  assert.equal(pmp.allows(0x8000_0000, 4, PMP_W, M), false);
  assert.equal(pmp.page(0x8000_0000, M), PMP_R);
  rig.write('pmpcfg0', 0n);
  rig.write('pmpaddr0', 0n);
  assert.equal(rig.read('pmpcfg0'), 0x99n);
  assert.equal(rig.read('pmpaddr0'), 0x2000_01ffn);
});

test('a locked TOR entry holds its base too', () => {
  const rig = protect([0, 0x100n], [TOR | L | 7, 0x200n]);
  rig.write('pmpaddr0', 0x180n);
  assert.equal(rig.read('pmpaddr0'), 0x100n);
});

test('write without read is reserved and permits nothing', () => {
  const rig = protect([NAPOT | PMP_W | PMP_X, -1n]);
  assert.equal(rig.read('pmpcfg0'), BigInt(NAPOT));
});

test('a change flushes the TLBs', () => {
  const rig = protect();
  rig.contexts.calls.length = 0;
  rig.write('pmpaddr3', 5n);
  rig.write('pmpcfg2', 0n);
  assert.deepEqual(rig.contexts.calls, ['all', 'all']);
});
