import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_INTERRUPT, EXIT_WORK, MOVED, RAISED } from '../../mem/cpu.ts';
import { HALTED } from '../../mem/cpu.ts';
import { RiscvCpu } from './cpu.ts';
import { M, S, U } from './state.ts';
import { HartRig, RAM } from './testing/hart-rig.ts';

const pc = (rig: HartRig): bigint => rig.cpu.pc;

test('an exception goes to M, and mret comes back', () => {
  const rig = new HartRig();
  rig.write('mtvec', 0x8000_1000n);
  rig.write('mstatus', 8n);
  rig.set('privilege', U);
  assert.equal(rig.call('ecall'), RAISED);
  assert.equal(pc(rig), 0x8000_1000n);
  assert.equal(rig.cpu.privilege, M);
  assert.equal(rig.read('mcause'), 8n);
  assert.equal(rig.read('mepc'), BigInt(RAM));
  assert.equal(rig.read('mstatus') & 0x1888n, 0x80n);
  assert.equal(rig.call('mret'), MOVED);
  assert.equal(rig.cpu.privilege, U);
  assert.equal(pc(rig), BigInt(RAM));
  assert.equal(rig.read('mstatus') & 0x1888n, 0x88n);
});

test('a delegated exception goes to S, but never out of M', () => {
  const rig = new HartRig();
  rig.write('medeleg', -1n);
  assert.equal(rig.read('medeleg'), 0xb3ffn);
  rig.write('stvec', 0x8000_2001n);
  rig.set('privilege', S);
  rig.write('sstatus', 2n);
  rig.call('ebreak');
  assert.equal(pc(rig), 0x8000_2000n);
  assert.equal(rig.read('scause'), 3n);
  assert.equal(rig.read('sstatus') & 0x122n, 0x120n);
  assert.equal(rig.call('sret'), MOVED);
  assert.equal(rig.cpu.privilege, S);
  assert.equal(rig.read('sstatus') & 0x122n, 0x22n);
  rig.set('privilege', M);
  rig.call('ebreak');
  assert.equal(rig.read('mcause'), 3n);
});

test('TSR, TW and TVM make S trap; U always does', () => {
  for (const [bit, helper] of [
    [22, 'sret'],
    [21, 'wfi'],
    [20, 'sfence_vma'],
  ] as const) {
    const rig = new HartRig();
    rig.set('privilege', U);
    rig.call(helper, 0n, 0n, 0n, 0n);
    assert.equal(rig.read('mcause'), 2n, helper);
    rig.write('mcause', 0n);
    rig.write('mstatus', 1n << BigInt(bit));
    rig.set('privilege', S);
    rig.call(helper, 0n, 0n, 0n, 0n);
    assert.equal(rig.read('mcause'), 2n, helper);
  }
});

test('the fences of Svinval are illegal in U only', () => {
  const rig = new HartRig();
  rig.set('privilege', S);
  rig.write('mstatus', 1n << 20n);
  assert.equal(rig.call('sfence_inval'), 0);
  rig.set('privilege', U);
  assert.equal(rig.call('sfence_inval'), RAISED);
});

test('returns clear MPRV when they leave M', () => {
  const rig = new HartRig();
  rig.write('mstatus', (1n << 17n) | 0x1800n);
  rig.call('mret');
  assert.equal(rig.read('mstatus') & (1n << 17n), 1n << 17n);
  rig.call('mret');
  assert.equal(rig.read('mstatus') & (1n << 17n), 0n);
});

test('interrupts are taken by priority, vectored, in the mode they are delegated to', () => {
  const rig = new HartRig();
  rig.write('mtvec', 0x8000_1001n);
  rig.write('stvec', 0x8000_2001n);
  rig.write('mideleg', 0x222n);
  rig.write('mie', 0xaaan);
  rig.set('privilege', U);
  const order = [11, 3, 7, 9, 1, 5];
  for (const bit of [3, 7, 9, 11]) rig.cpu.setPending(bit, true);
  rig.write('mip', 0x22n);
  for (const bit of order) {
    rig.set('privilege', U);
    assert.equal(rig.cpu.takeInterrupt(), true);
    const isMachine = (bit & 3) === 3;
    assert.equal(pc(rig), BigInt((isMachine ? 0x8000_1000 : 0x8000_2000) + 4 * bit));
    assert.equal(rig.read(isMachine ? 'mcause' : 'scause'), (1n << 63n) | BigInt(bit));
    rig.cpu.setPending(bit, false);
    rig.write('mip', rig.read('mip') & ~(1n << BigInt(bit)) & 0x22n);
  }
  assert.equal(rig.cpu.takeInterrupt(), false);
});

test('whatever makes an interrupt takeable asks the run loop to leave', () => {
  const pending = (rig: HartRig): boolean => {
    const left = (rig.get('exit') & EXIT_INTERRUPT) !== 0;
    rig.set('exit', 0);
    return left;
  };
  const rig = new HartRig();
  rig.write('mideleg', 0x222n);
  rig.write('mie', 0x200n);
  rig.cpu.setPending(9, true);
  assert.ok(pending(rig));
  // In M nothing that S gets is taken.
  assert.equal(rig.cpu.takeInterrupt(), false);
  rig.write('mstatus', 8n);
  assert.ok(!pending(rig));
  rig.write('mstatus', 0x800n);
  rig.call('mret');
  assert.equal(rig.cpu.privilege, S);
  assert.ok(!pending(rig));
  rig.csrrs(0x100, 2n);
  assert.ok(pending(rig));
  rig.csrrc(0x104, 0x200n);
  pending(rig);
  rig.csrrs(0x104, 0x200n);
  assert.ok(pending(rig));
  assert.ok(rig.cpu.takeInterrupt());
});

test('wfi goes on if anything enabled is pending, and halts otherwise', () => {
  const rig = new HartRig();
  rig.write('mie', 0x80n);
  rig.cpu.setPending(7, true);
  assert.equal(rig.call('wfi'), MOVED);
  assert.equal(rig.get('runState'), 0);
  assert.equal(pc(rig), BigInt(RAM + 4));
  rig.cpu.setPending(7, false);
  rig.set('exit', 0);
  rig.call('wfi');
  assert.equal(rig.get('runState'), HALTED);
  assert.equal(rig.get('exit'), EXIT_WORK);
  assert.equal(pc(rig), BigInt(RAM + 8));
});

test('stimecmp drives STIP', () => {
  const rig = new HartRig();
  rig.write('menvcfg', 1n << 63n);
  // time has reached the reset value 0.
  assert.equal(rig.read('mip'), 0x20n);
  rig.write('stimecmp', 1000n);
  assert.equal(rig.read('mip'), 0n);
  assert.equal(rig.alarm, 1000);
  rig.time = 999;
  rig.cpu.timerExpired();
  assert.equal(rig.read('mip'), 0n);
  rig.time = 1000;
  rig.set('exit', 0);
  rig.cpu.timerExpired();
  assert.equal(rig.get('exit'), EXIT_INTERRUPT);
  assert.equal(rig.read('mip'), 0x20n);
  rig.write('mip', 0n);
  assert.equal(rig.read('mip'), 0x20n);
  rig.write('stimecmp', -1n);
  assert.equal(rig.read('mip'), 0n);
  assert.equal(rig.alarm, Infinity);
  rig.write('stimecmp', 500n);
  rig.write('menvcfg', 0n);
  assert.equal(rig.read('mip'), 0n);
});

test('firmware that is part of the machine answers an ecall from S', () => {
  const rig = new HartRig();
  const calls: bigint[] = [];
  const cpu = new RiscvCpu({
    ...rig.configuration,
    environmentCall: (self) => {
      calls.push(self.readX(17));
      self.writeX(10, 5n);
      return self.readX(17) === 1n;
    },
  });
  rig.set('privilege', S);
  cpu.writeX(17, 1n);
  assert.equal(cpu.helpers['ecall']!(), MOVED);
  assert.equal(cpu.pc, BigInt(RAM + 4));
  assert.equal(cpu.readX(10), 5n);
  cpu.writeX(17, 2n);
  cpu.helpers['ecall']!();
  assert.deepEqual(calls, [1n, 2n]);
  assert.equal(rig.read('mcause'), 9n);
  assert.equal(rig.read('mepc'), BigInt(RAM + 4));
});
