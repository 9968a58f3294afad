/** How much floating point is done in software: counted, since what it would cost shows in no result. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../src/jit/engine.ts';
import { Assembler } from './assembler.ts';
import { Machine, RAM } from './machine.ts';

/** The doubles 1 and 0.1. */
const ONE = 0x3ff0_0000_0000_0000n;
const TENTH = 0x3fb9_9999_9999_999an;
/** Instructions of the loop, one of which adds. */
const LENGTH = 40;

/** A machine about to run a loop of f1 += f2. */
function adding(): { engine: Engine; machine: Machine } {
  const asm = new Assembler(RAM);
  asm.li(5, 0x6000).csrw(0x300, 5);
  asm.label('loop').op('fadd.d', { fd: 1, fs1: 1, fs2: 2, rm: 0 });
  for (let i = 2; i < LENGTH; i++) asm.op('addi', { rd: 6, rs1: 6, imm: 1 });
  asm.j('loop');
  const machine = new Machine('regions', { stress: undefined });
  machine.load(RAM, asm.finish());
  assert.ok(machine.engine instanceof Engine);
  return { machine, engine: machine.engine };
}

test('what a region was entered for before `inexact` had accrued is soon the host’s', () => {
  const { engine, machine } = adding();
  machine.state.f[1] = ONE;
  // So long that stays in a region could have grown to more than a million.
  engine.run(30_000_000);
  const exact = engine.softFloats;
  assert.ok(exact > 700_000, `${exact} exact sums in software`);
  machine.state.f[2] = TENTH;
  engine.run(6_000_000);
  const more = engine.softFloats - exact;
  assert.ok(more > 0 && more < 300_000 / LENGTH, `${more} inexact sums in software`);
});
