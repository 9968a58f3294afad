import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HartRig } from '../testing/hart-rig.ts';
import { M, S, U } from '../state.ts';
import { CSRS } from './index.ts';

test('every CSR has a number, a name and a description of its own, and its fields do not overlap', () => {
  assert.equal(new Set(CSRS.map(({ number }) => number)).size, CSRS.length);
  assert.equal(new Set(CSRS.map(({ name }) => name)).size, CSRS.length);
  for (const { name, doc, section, fields } of CSRS) {
    assert.match(doc, /\.$/, name);
    assert.notEqual(section, '', name);
    let bits = 0n;
    for (const [field, { first, length }] of Object.entries(fields)) {
      const mask = ((1n << BigInt(length)) - 1n) << BigInt(first);
      assert.equal(bits & mask, 0n, `${name}.${field}`);
      bits |= mask;
    }
    assert.ok(bits < 1n << 64n, name);
  }
});

test('the number says who may read and write (2.1)', () => {
  const rig = new HartRig();
  for (const privilege of [U, S, M]) {
    rig.set('privilege', privilege);
    rig.write('mcounteren', -1n);
    rig.write('scounteren', -1n);
    rig.write('menvcfg', -1n);
    rig.set('mstatus', 0x6000);
    for (const { number, name } of rig.cpu.csrs()) {
      rig.set('privilege', privilege);
      rig.set('mstatus', 0x6000);
      const reads = rig.csrrw(number, undefined) !== undefined;
      assert.equal(reads, privilege >= ((number >>> 8) & 3), `${name} read in ${privilege}`);
      if (number >>> 10 !== 3 || !reads) continue;
      rig.set('privilege', privilege);
      assert.equal(rig.csrw(number, 0n), false, `${name} is read-only`);
    }
  }
});

test('a CSR that is not there is an illegal instruction whose word is in mtval', () => {
  const rig = new HartRig();
  rig.memory.setUint32(0, 0x5c0025f3, true);
  assert.equal(rig.csrrw(0x5c0, undefined), undefined);
  assert.equal(rig.read('mcause'), 2n);
  assert.equal(rig.read('mtval'), 0x5c0025f3n);
  assert.equal(rig.read('mepc'), 0x8000_0000n);
});

test('reserved values leave WARL fields alone', () => {
  const rig = new HartRig();
  rig.write('mstatus', 0x1800n);
  rig.write('mstatus', 0x1000n);
  assert.equal(rig.read('mstatus') & 0x1800n, 0x1800n);
  rig.write('mtvec', 0x8000_0001n);
  rig.write('mtvec', 0x9000_0002n);
  assert.equal(rig.read('mtvec'), 0x8000_0001n);
  rig.write('satp', 5n << 60n);
  assert.equal(rig.read('satp'), 0n);
  rig.write('satp', (10n << 60n) | 0xfff_ffff_ffff_ffffn);
  assert.equal(rig.read('satp'), 0xafff_ffff_ffff_ffffn);
  rig.write('mepc', 0x1235n);
  assert.equal(rig.read('mepc'), 0x1234n);
});

test('sstatus shows its part of mstatus; SD follows FS', () => {
  const rig = new HartRig();
  rig.write('mstatus', -1n);
  assert.equal(rig.read('mstatus'), 0x8000_000a_007e_79aan);
  assert.equal(rig.read('sstatus'), 0x8000_0002_000c_6122n);
  rig.csrrc(0x100, 0x6000n);
  assert.equal(rig.read('sstatus'), 0x0000_0002_000c_0122n);
  rig.set('fpDirty', 1);
  assert.equal(rig.read('sstatus') >> 63n, 1n);
});

test('the floating-point CSRs need FS, and make it dirty', () => {
  const rig = new HartRig();
  assert.equal(rig.csrrw(0x003, undefined), undefined);
  rig.write('mstatus', 0x2000n);
  assert.equal(rig.csrrw(0x003, 0xffffn), 0n);
  assert.equal(rig.csrrw(0x001, undefined), 0x1fn);
  assert.equal(rig.csrrw(0x002, undefined), 7n);
  assert.equal(rig.read('mstatus') & 0x6000n, 0x6000n);
});

test('sip and sie are windows of what is delegated', () => {
  const rig = new HartRig();
  rig.write('mie', -1n);
  assert.equal(rig.read('mie'), 0xaaan);
  assert.equal(rig.read('sie'), 0n);
  rig.write('mideleg', -1n);
  assert.equal(rig.read('mideleg'), 0x222n);
  assert.equal(rig.read('sie'), 0x222n);
  rig.write('sie', 0n);
  assert.equal(rig.read('mie'), 0x888n);
  rig.write('sip', -1n);
  assert.equal(rig.read('mip'), 2n);
  rig.write('mip', -1n);
  assert.equal(rig.read('sip'), 0x222n);
});

test('an external SEIP does not become a software one by csrrs (3.1.9)', () => {
  const rig = new HartRig();
  rig.cpu.setPending(9, true);
  assert.equal(rig.csrrs(0x344, 2n), 0x200n);
  rig.cpu.setPending(9, false);
  assert.equal(rig.read('mip'), 2n);
});

test('counters count retired instructions, from what was written, unless inhibited', () => {
  const rig = new HartRig();
  rig.set('granted', 1000);
  rig.set('remaining', 900);
  assert.equal(rig.read('minstret'), 100n);
  rig.csrw(0xb02, 0xffff_ffffn);
  rig.set('remaining', 899);
  assert.equal(rig.read('minstret'), 0xffff_ffffn);
  rig.set('remaining', 898);
  assert.equal(rig.read('instret'), 0x1_0000_0000n);
  rig.csrw(0x320, 4n);
  rig.set('remaining', 500);
  assert.equal(rig.read('minstret'), 0x1_0000_0000n);
  assert.equal(rig.read('mcycle'), 500n);
  rig.csrw(0x320, 0n);
  rig.set('remaining', 498);
  assert.equal(rig.read('minstret'), 0x1_0000_0001n);
});

test('counters below M need their enable bits', () => {
  const rig = new HartRig();
  for (const [privilege, mcounteren, scounteren, ok] of [
    [S, 0, 7, false],
    [S, 7, 0, true],
    [U, 7, 0, false],
    [U, 0, 7, false],
    [U, 7, 7, true],
  ] as const) {
    rig.write('mcounteren', BigInt(mcounteren));
    rig.write('scounteren', BigInt(scounteren));
    for (const number of [0xc00, 0xc01, 0xc02]) {
      rig.set('privilege', privilege);
      assert.equal(rig.csrrw(number, undefined) !== undefined, ok, `${number} in ${privilege}`);
    }
  }
});

test('satp and stimecmp are closed by TVM and STCE', () => {
  const rig = new HartRig();
  rig.write('mstatus', 1n << 20n);
  rig.set('privilege', S);
  assert.equal(rig.csrrw(0x180, undefined), undefined);
  rig.set('privilege', S);
  assert.equal(rig.csrrw(0x14d, undefined), undefined);
  rig.set('privilege', M);
  rig.write('mcounteren', 2n);
  rig.write('menvcfg', 1n << 63n);
  rig.set('privilege', S);
  assert.equal(rig.csrrw(0x14d, 5n), 0n);
});

test('features decide which CSRs exist', () => {
  const names = (cpu: string): string[] => new HartRig(cpu).cpu.csrs().map(({ name }) => name);
  assert.ok(!names('sstc=off').includes('stimecmp'));
  assert.ok(!names('pmp=off').some((name) => name.startsWith('pmp')));
  assert.ok(!names('debug=off').includes('tselect'));
  assert.deepEqual(
    names('pmu-num=1').filter((name) => name.startsWith('mhpmcounter')),
    ['mhpmcounter3'],
  );
});
