/** Each statistic of a machine moves when what it counts happens, and has its schema element. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Console } from '../src/char/console.ts';
import { nodeHost } from '../src/host-node/host.ts';
import { nodeThreads } from '../src/host-node/threads.ts';
import type { StatsValue } from '../src/stats/provider.ts';
import type { Machine } from '../src/vm/machine.ts';
import { virtMachine } from '../src/vm/virt-machine.ts';
import { Assembler } from './translator/assembler.ts';

const RAM = 0x8000_0000;
const HANDLER = RAM + 0x400;
const CODE = RAM + 0x800;
const UART = 0x1000_0000;
const MTIMECMP = 0x200_4000;
const [A0, A1, T0, T1, T2] = [10, 11, 5, 6, 7] as const;

/** Does everything that is counted: calls, flushes, writes over its own code, a timer, a wait. */
function everything(): Uint8Array {
  const a = new Assembler(RAM);
  a.li(T0, HANDLER).csrw(0x305, T0);
  // Some loops for the translator, one of them long enough for a time slice to end.
  a.li(T0, 8_000_000).label('loop').op('addi', { rd: T0, rs1: T0, imm: -1 });
  a.op('bne', { rs1: T0, rs2: 0, imm: 'loop' });
  a.op('sfence.vma').op('sfence.vma', { rs1: A0, rs2: A1 });
  // Runs code, writes over it, runs it again.
  a.li(T1, CODE).op('jalr', { rd: 1, rs1: T1 });
  a.op('lw', { rd: T2, rs1: T1 }).op('sw', { rs1: T1, rs2: T2 }).op('fence.i').op('jalr', { rd: 1, rs1: T1 });
  // The timer, while the program spins.
  a.li(T0, MTIMECMP).op('sd', { rs1: T0, rs2: 0 });
  a.li(T1, 0x200_bff8).op('ld', { rd: T1, rs1: T1 }).li(T2, 500_000).op('add', { rd: T1, rs1: T1, rs2: T2 });
  a.op('sd', { rs1: T0, rs2: T1 }).li(T0, 0x80).csrw(0x304, T0).op('csrrsi', { csr: 0x300, uimm: 8 });
  a.label('spin').j('spin');
  a.at(HANDLER).csrw(0x304, 0).li(A0, UART).li(A1, 0x21).op('sb', { rs1: A0, rs2: A1 });
  a.label('idle').op('wfi').j('idle');
  a.at(CODE).op('addi', { rd: A0, rs1: A0 }).op('jalr', { rs1: 1 });
  return a.finish();
}

const valuesOf = (machine: Machine, name: string): StatsValue[] =>
  machine.stats
    .query({ target: 'vm', providers: [{ provider: 'tcg', names: [name] }] }, [])
    .flatMap(({ stats }) => stats.map(({ value }) => value));

test('each counter of the translator moves', { timeout: 120_000 }, async (t) => {
  const serial = new Console();
  const machine = await virtMachine({ memory: 16 << 20, bios: everything(), serial, threads: nodeThreads }, nodeHost);
  t.after(() => machine.quit());
  machine.cont();
  await serial.waitFor(/!/, 60, nodeHost.timers);
  serial.type('x');
  await machine.stop();
  await machine.reset();
  machine.cont();
  await serial.waitFor(/!.*!/, 60, nodeHost.timers);
  // The last thing to happen, after the program has printed.
  while (Number(valuesOf(machine, 'halts')[0]) === 0) await sleep(1);
  await machine.stop();
  for (const target of ['vm', 'vcpu'] as const) {
    const vcpus = [{ index: 0, qomPath: '/machine/soc0/harts[0]' }];
    const providers = [{ provider: 'tcg' as const }];
    const [result] = machine.stats.query({ target, providers }, vcpus);
    const [schema] = machine.stats.schemas('tcg').filter((each) => each.target === target);
    assert.deepEqual(
      result!.stats.map(({ name }) => name),
      schema!.elements.map(({ name }) => name),
    );
    const moved = (value: StatsValue): boolean =>
      Array.isArray(value) ? value.some((bucket) => bucket > 0) : Number(value) > 0;
    const still = result!.stats.filter(({ name, value }) => !name.startsWith('tier2') && !moved(value));
    assert.deepEqual(still, []);
  }
});
