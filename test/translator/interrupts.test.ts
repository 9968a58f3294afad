/** Interrupts are taken within the bound that the engine names, and where they are due exactly when due. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT_DEVICE, EXIT_INTERRUPT } from '../../src/mem/cpu.ts';
import { INTERRUPT_BOUND, type Engine } from '../../src/jit/engine.ts';
import { MTIP, SEIP } from '../../src/mem/interrupts.ts';
import { Assembler } from './assembler.ts';
import { DEVICE, differences, ENGINES, Machine, RAM, type InterruptEvent } from './machine.ts';
import { Random } from '../fuzz/random.ts';

const machines = ENGINES.map((name) => new Machine(name));

/** Counts in x5 what `body` does, and in x10 the interrupts; x11 is the sum of x5 at each. */
function counting(body: (asm: Assembler) => void): Uint8Array {
  const asm = new Assembler(RAM);
  asm.op('auipc', { rd: 29 }).op('addi', { rd: 29, rs1: 29, imm: 0x200 }).csrw(0x305, 29);
  asm
    .li(29, 1 << MTIP)
    .csrw(0x304, 29)
    .li(20, DEVICE)
    .op('csrrsi', { csr: 0x300, uimm: 8 });
  asm.j('body').at(RAM + 0x200);
  asm.op('addi', { rd: 10, rs1: 10, imm: 1 }).op('add', { rd: 11, rs1: 11, rs2: 5 });
  asm.csrr(12, 0x341).op('xor', { rd: 13, rs1: 13, rs2: 12 }).op('slli', { rd: 14, rs1: 13, shamt: 1 });
  asm.op('add', { rd: 13, rs1: 13, rs2: 14 }).op('mret');
  asm.label('body');
  body(asm);
  return asm.finish();
}

const tightLoop = counting((asm) => {
  asm.label('loop').op('addi', { rd: 5, rs1: 5, imm: 1 }).op('addi', { rd: 6, rs1: 6, imm: 3 }).j('loop');
});
const longLines = counting((asm) => {
  asm.at(RAM + 0x1000).label('loop');
  for (let i = 0; i < 3 * 2048; i++) asm.op('c.addi', { rd: 5 + (i % 2), imm: 1 });
  asm.j('loop');
});
const calls = counting((asm) => {
  asm
    .li(2, RAM + 0x9_0000)
    .label('loop')
    .li(7, 200)
    .op('jal', { rd: 1, imm: 'deep' })
    .j('loop');
  asm.label('deep').op('addi', { rd: 5, rs1: 5, imm: 1 }).op('addi', { rd: 2, rs1: 2, imm: -16 });
  asm.op('sd', { rs1: 2, rs2: 1 }).op('addi', { rd: 7, rs1: 7, imm: -1 }).op('beq', { rs1: 7, imm: 'up' });
  asm.op('jal', { rd: 1, imm: 'deep' }).label('up').op('ld', { rd: 1, rs1: 2 });
  asm.op('addi', { rd: 2, rs1: 2, imm: 16 }).op('jalr', { rs1: 1 });
});

test('due at every offset of a loop: the same instruction is interrupted under every engine', () => {
  for (const program of [tightLoop, longLines, calls]) {
    const random = new Random(7);
    const events: InterruptEvent[] = [];
    let at = 60;
    for (let i = 0; i < 120; i++) {
      // Close together and so far apart that translated code runs between them.
      at += i % 4 === 0 ? 9000 + random.below(3000) : 13 + i;
      events.push({ at, bit: MTIP, level: true }, { at: at + 1, bit: MTIP, level: false });
    }
    for (const machine of machines) {
      machine.reset();
      machine.load(RAM, program);
      machine.runTo(at + 5000, events);
      assert.equal(machine.cpu.x(10), 120, machine.name);
    }
    for (const other of machines.slice(1)) assert.deepEqual(differences(machines[0]!, other), []);
  }
});

test('asked for while code runs: taken within the bound', () => {
  // The loop asks the device; the device asks for an interrupt and sees how far the guest still came.
  for (const shape of ['loop', 'line', 'call'] as const) {
    const program = counting((asm) => {
      asm
        .label('loop')
        .op('addi', { rd: 5, rs1: 5, imm: 1 })
        .op('andi', { rd: 6, rs1: 5, imm: shape === 'line' ? 3 : 255 });
      asm.op('bne', { rs1: 6, imm: 'on' }).op('lw', { rs1: 20, rd: 9 }).label('on');
      if (shape === 'line') {
        asm
          .j('far')
          .at(RAM + 0x1000)
          .label('far');
        for (let i = 0; i < 5000; i++) asm.op('c.addi', { rd: 7, imm: 1 });
      }
      if (shape === 'call') asm.op('jal', { rd: 1, imm: 'callee' });
      asm.j('loop');
      asm.label('callee').op('addi', { rd: 8, rs1: 8, imm: 1 }).op('jalr', { rs1: 1 });
    });
    for (const machine of machines) {
      machine.reset();
      machine.load(RAM, program);
      let asked = 0;
      machine.onDeviceRead = () => {
        asked = machine.retired;
        machine.cpu.setPending(MTIP, true);
      };
      let worst = 0;
      for (let i = 0; i < 60; i++) {
        machine.state.exit = 0;
        machine.engine.run(20_000_000);
        assert.ok((machine.state.exit & EXIT_INTERRUPT) !== 0);
        worst = Math.max(worst, machine.retired - asked);
        assert.ok(machine.cpu.takeInterrupt());
        machine.cpu.setPending(MTIP, false);
      }
      assert.ok(worst <= INTERRUPT_BOUND, `${machine.name}: ${worst} in a ${shape}`);
    }
  }
});

test('asked for by a device that is written: taken right after the store', () => {
  const program = counting((asm) => {
    asm.op('addi', { rd: 9, rs1: 20 });
    asm.label('loop').op('addi', { rd: 5, rs1: 5, imm: 1 }).op('andi', { rd: 6, rs1: 5, imm: 63 });
    asm.op('bne', { rs1: 6, imm: 'loop' });
    // Straight on after the store, in each size.
    for (const store of ['sb', 'sh', 'sw', 'sd', 'c.sw', 'c.sd']) {
      asm.op(store, { rs1: 9, rs2: 8 });
      for (let i = 0; i < 5; i++) asm.op('addi', { rd: 5, rs1: 5, imm: 64 });
    }
    asm.j('loop');
  });
  for (const machine of machines) {
    machine.reset();
    machine.load(RAM, program);
    let asked = 0;
    machine.onDeviceWrite = () => {
      asked = machine.retired;
      machine.cpu.setPending(MTIP, true);
    };
    for (let i = 0; i < 600; i++) {
      machine.state.exit = 0;
      machine.engine.run(20_000_000);
      assert.equal(machine.retired - asked, 1, machine.name);
      assert.ok(machine.cpu.takeInterrupt());
      machine.cpu.setPending(MTIP, false);
    }
  }
  for (const other of machines.slice(1)) assert.deepEqual(differences(machines[0]!, other), []);
});

test('asked for by a device that is read: taken right after the load where that executes alone', () => {
  const program = counting((asm) => {
    asm.op('addi', { rd: 9, rs1: 20 });
    asm.label('loop').op('addi', { rd: 5, rs1: 5, imm: 1 }).op('andi', { rd: 6, rs1: 5, imm: 63 });
    asm.op('bne', { rs1: 6, imm: 'loop' });
    for (const load of ['lb', 'lhu', 'lw', 'ld', 'c.lw', 'c.ld']) {
      asm.op(load, { rd: 8, rs1: 9 });
      for (let i = 0; i < 5; i++) asm.op('add', { rd: 5, rs1: 5, rs2: 8 });
    }
    asm.j('loop');
  });
  const careful = ENGINES.map((name) => new Machine(name, { loadsDevicesAlone: true }));
  for (const machine of careful) {
    machine.reset();
    machine.load(RAM, program);
    let asked = 0;
    machine.onDeviceRead = () => {
      asked = machine.retired;
      machine.cpu.setPending(MTIP, true);
    };
    for (let i = 0; i < 600; i++) {
      machine.state.exit = 0;
      machine.engine.run(20_000_000);
      if ((machine.state.exit & EXIT_DEVICE) !== 0) {
        machine.state.exit = 0;
        assert.equal((machine.engine as Engine).single(), 1);
      }
      assert.equal(machine.retired - asked, 1, machine.name);
      assert.ok(machine.cpu.takeInterrupt());
      machine.cpu.setPending(MTIP, false);
    }
  }
  for (const other of careful.slice(1)) assert.deepEqual(differences(careful[0]!, other), []);
});

test('switching interrupts on takes what is pending after that very instruction', () => {
  const asm = new Assembler(RAM);
  asm.op('auipc', { rd: 29 }).op('addi', { rd: 29, rs1: 29, imm: 0x200 }).csrw(0x305, 29);
  asm.li(29, (1 << MTIP) | (1 << SEIP)).csrw(0x304, 29);
  asm.label('loop').op('addi', { rd: 5, rs1: 5, imm: 1 }).op('csrrsi', { csr: 0x300, uimm: 8 });
  asm.op('addi', { rd: 5, rs1: 5, imm: 16 }).op('csrrci', { csr: 0x300, uimm: 8 });
  asm.op('addi', { rd: 5, rs1: 5, imm: 256 }).j('loop');
  asm
    .at(RAM + 0x200)
    .op('add', { rd: 6, rs1: 6, rs2: 5 })
    .csrr(7, 0x341)
    .op('add', { rd: 8, rs1: 8, rs2: 7 });
  asm.op('mret');
  for (const machine of machines) {
    machine.reset();
    machine.load(RAM, asm.finish());
    // Each mret takes it again at once; now and then it goes away.
    const events = Array.from({ length: 100 }, (_, i) => ({
      at: 9000 * (i >> 1) + 50 * (i & 1),
      bit: MTIP,
      level: i % 2 === 0,
    }));
    machine.runTo(460_000, events);
    assert.ok(machine.cpu.x(6) > 0);
  }
  for (const other of machines.slice(1)) assert.deepEqual(differences(machines[0]!, other), []);
});

test('a timer that the guest arms goes off at its instruction', () => {
  const asm = new Assembler(RAM);
  asm.op('auipc', { rd: 29 }).op('addi', { rd: 29, rs1: 29, imm: 0x200 }).csrw(0x305, 29);
  asm.li(29, 1).op('slli', { rd: 29, rs1: 29, shamt: 63 }).csrw(0x30a, 29);
  asm
    .li(29, 1 << 5)
    .csrw(0x304, 29)
    .li(29, 11_000)
    .csrw(0x14d, 29)
    .op('csrrsi', { csr: 0x300, uimm: 8 });
  asm.label('loop').op('addi', { rd: 5, rs1: 5, imm: 1 }).j('loop');
  asm
    .at(RAM + 0x200)
    .op('addi', { rd: 10, rs1: 10, imm: 1 })
    .csrr(7, 0xc01)
    .op('add', { rd: 8, rs1: 8, rs2: 7 });
  asm.li(9, 10_007).op('add', { rd: 7, rs1: 7, rs2: 9 }).csrw(0x14d, 7).op('mret');
  for (const machine of machines) {
    machine.reset();
    machine.load(RAM, asm.finish());
    machine.runTo(500_000);
    assert.ok(machine.cpu.x(10) > 45, machine.name);
  }
  for (const other of machines.slice(1)) assert.deepEqual(differences(machines[0]!, other), []);
});

test('waiting ends the run, and an interrupt goes on after it', () => {
  const asm = new Assembler(RAM);
  asm
    .li(29, 1 << MTIP)
    .csrw(0x304, 29)
    .label('loop')
    .op('addi', { rd: 5, rs1: 5, imm: 1 })
    .op('wfi')
    .j('loop');
  for (const machine of machines) {
    machine.reset();
    machine.load(RAM, asm.finish());
    for (let i = 1; i <= 100; i++) {
      machine.runTo(1_000_000);
      assert.equal(machine.cpu.x(5), i);
      assert.equal(machine.retired, 3 * i + 1);
      machine.cpu.setPending(MTIP, true);
      machine.state.exit = 0;
      machine.state.runState = 0;
      machine.cpu.setPending(MTIP, false);
    }
  }
});
