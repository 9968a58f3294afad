/** A run ends after exactly as many instructions as were granted; the count is exact wherever it is read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OracleEngine } from '../../src/isa/oracle.ts';
import { RECORD_LINK } from '../../src/jit/record.ts';
import { Assembler } from './assembler.ts';
import { ENGINES, Machine, RAM, differences } from './machine.ts';

/** Loops, calls, branches and traps, without end; x5 to x12 tell how far it came. */
function endless(): Uint8Array {
  const asm = new Assembler(RAM);
  asm.op('auipc', { rd: 29 }).op('addi', { rd: 29, rs1: 29, imm: 0x400 }).csrw(0x305, 29);
  asm.li(20, RAM + 0x4000).li(13, 3);
  asm.label('loop').op('addi', { rd: 5, rs1: 5, imm: 1 });
  asm.op('andi', { rd: 6, rs1: 5, imm: 7 }).op('bne', { rs1: 6, imm: 'some' });
  asm.op('c.addi', { rd: 7, imm: 1 }).op('ecall').op('csrrs', { rd: 8, csr: 0xc02 });
  asm.label('some').op('jal', { rd: 1, imm: 'work' });
  asm.op('sd', { rs1: 20, rs2: 5, imm: 9 }).op('ld', { rd: 9, rs1: 20, imm: 9 });
  asm.op('andi', { rd: 6, rs1: 5, imm: 63 }).op('bne', { rs1: 6, imm: 'loop' });
  asm.op('csrrs', { rd: 10, csr: 0xc00 }).op('add', { rd: 11, rs1: 11, rs2: 10 }).op('fence.i').j('loop');
  asm.label('work');
  for (let i = 0; i < 70; i++)
    asm.op(i % 2 === 0 ? 'c.addi' : 'addi', i % 2 === 0 ? { rd: 12, imm: 3 } : { rd: 12, rs1: 12, imm: 5 });
  asm.op('c.jr', { rs1: 1 });
  asm
    .at(RAM + 0x400)
    .csrr(30, 0x341)
    .op('addi', { rd: 30, rs1: 30, imm: 4 })
    .csrw(0x341, 30)
    .op('mret');
  return asm.finish();
}

const machines = ENGINES.map((name) => new Machine(name));

function run(budgets: readonly number[]): void {
  for (const machine of machines) {
    machine.reset();
    machine.load(RAM, endless());
    for (const budget of budgets) {
      const before = machine.state.retired;
      assert.equal(machine.engine.run(budget), budget, `${machine.name} of ${budget}`);
      assert.equal(machine.state.retired, before + BigInt(budget));
    }
  }
  for (const other of machines.slice(1)) assert.deepEqual(differences(machines[0]!, other), []);
}

test('budgets up to 5000, one after another', () => {
  run(Array.from({ length: 715 }, (_, i) => 1 + 7 * i));
});

test('budgets that translated code sees the end of', () => {
  run(Array.from({ length: 40 }, (_, i) => 8150 + 13 * i));
  run([100_000, 1, 50_001, 8191, 8192, 8193, 4095, 4096, 4097, 12_289, 2]);
});

test('budgets up to 5000, each with where it stopped', () => {
  const machine = machines.find(({ name }) => name === 'tier1')!;
  const oracle = machines[0]!;
  for (const start of [machine, oracle]) {
    start.reset();
    start.load(RAM, endless());
  }
  for (let budget = 1; budget <= 5000; budget += budget < 300 ? 1 : 47) {
    assert.equal(machine.engine.run(budget), budget);
    oracle.engine.run(budget);
    assert.equal(machine.cpu.pc, oracle.cpu.pc, `after ${budget}`);
    assert.equal(machine.cpu.x(5), oracle.cpu.x(5));
  }
  assert.deepEqual(differences(oracle, machine), []);
});

test('a handler that faults itself does not hold the run', () => {
  for (const machine of machines) {
    machine.reset();
    const asm = new Assembler(RAM);
    // Traps go where nothing is.
    asm.li(5, 0x3000_0000).csrw(0x305, 5).op('ecall');
    machine.load(RAM, asm.finish());
    const retired = machine.engine.run(1_000_000);
    assert.ok(retired < 10, machine.name);
    assert.equal(machine.engine.run(1_000_000), 0);
    assert.equal(machine.cpu.pc, 0x3000_0000n);
  }
});

test('the count carries into its high half', () => {
  for (const machine of machines) {
    machine.reset();
    machine.load(RAM, endless());
    machine.state.retired = 2n ** 32n - 20_000n;
    machine.engine.run(40_000);
    assert.equal(machine.state.retired, 2n ** 32n + 20_000n);
  }
  for (const other of machines.slice(1)) assert.deepEqual(differences(machines[0]!, other), []);
});

test('entries are counted without end', () => {
  for (const machine of machines) {
    if (machine.engine instanceof OracleEngine) continue;
    machine.reset();
    const asm = new Assembler(RAM);
    asm.label('loop').op('addi', { rd: 5, rs1: 5, imm: 1 }).j('loop');
    machine.load(RAM, asm.finish());
    const page = machine.engine.codePages.find(machine.memory.hostOffset(RAM, 1), machine.state.mode);
    const link = new DataView(machine.arena.memory.buffer, page.records + RECORD_LINK);
    for (const count of [-(2 ** 30) + 10, -(2 ** 31) + 10]) {
      if (link.getInt32(0, true) <= 0) link.setInt32(0, count, true);
      machine.engine.run(20_000);
    }
    assert.equal(machine.cpu.x(5), 20_000, machine.name);
  }
});
