/** Each statistic of a machine moves when what it counts happens, and has its schema element. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Console } from '../src/char/console.ts';
import { nodeHost } from '../src/host-node/host.ts';
import { nodeThreads } from '../src/host-node/threads.ts';
import type { StatsValue } from '../src/stats/provider.ts';
import type { Machine } from '../src/vm/machine.ts';
import type { Tier } from '../src/vm/config.ts';
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
  // A loop for the translator, long enough for a region to be made of it and for a time slice to end.
  a.li(T0, 8_000_000).label('loop').op('addi', { rd: T0, rs1: T0, imm: -1 });
  a.op('bne', { rs1: T0, rs2: 0, imm: 'loop' });
  // One that is run often enough for a block, but not for a region.
  a.li(T0, 5_000).label('short').op('addi', { rd: T0, rs1: T0, imm: -1 });
  a.op('bne', { rs1: T0, rs2: 0, imm: 'short' });
  a.op('sfence.vma').op('sfence.vma', { rs1: A0, rs2: A1 });
  // Accesses to pages that nobody has touched, across them, and an inexact quotient.
  a.li(T0, RAM + 0x10_0ffc)
    .op('amoadd.w', { rd: A0, rs1: T0, rs2: T0 })
    .op('ld', { rd: A0, rs1: T0 });
  a.li(T1, 0x2000).op('csrrs', { csr: 0x300, rs1: T1 }).li(T0, 3).op('fcvt.d.l', { fd: 0, rs1: T0, rm: 7 });
  a.op('fdiv.d', { fd: 1, fs1: 0, fs2: 0, rm: 7 }).op('fsqrt.d', { fd: 1, fs1: 0, rm: 7 });
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
    // There is room for far more than this.
    const still = result!.stats.filter(({ name, value }) => name !== 'evictions' && !moved(value));
    assert.deepEqual(still, []);
  }
});

/** The machine's numbers after a loop of `rounds` rounds with a call, and what was retired before and after it. */
async function afterLoop(tier: Tier, rounds: number): Promise<Record<string, number>> {
  const a = new Assembler(RAM);
  a.li(T0, rounds).li(T1, CODE).label('loop').op('jalr', { rd: 1, rs1: T1 }).op('addi', { rd: T0, rs1: T0, imm: -1 });
  a.op('bne', { rs1: T0, rs2: 0, imm: 'loop' }).li(A0, UART).li(A1, 0x21).op('sb', { rs1: A0, rs2: A1 });
  a.label('idle').op('wfi').j('idle').at(CODE).op('addi', { rd: A0, rs1: A0, imm: 1 }).op('jalr', { rs1: 1 });
  const serial = new Console();
  const machine = await virtMachine({ memory: 16 << 20, bios: a.finish(), serial, tier }, nodeHost);
  machine.cont();
  await serial.waitFor(/!/, 60, nodeHost.timers);
  await machine.stop();
  const [result] = machine.stats.query({ target: 'vm' }, []).filter(({ provider }) => provider === 'tcg');
  machine.quit();
  await machine.ended;
  return Object.fromEntries(result!.stats.map(({ name, value }) => [name, Number(value)]));
}

test('each instruction is counted in the tier that retired it', async () => {
  // Many times as many as it takes until there is a region.
  const rounds = 3_000_000;
  const tiers = ['instructions-tier0', 'instructions-tier1', 'instructions-tier2'];
  const shares = async (tier: Tier): Promise<number[]> => {
    const stats = await afterLoop(tier, rounds);
    const counts = tiers.map((name) => stats[name]!);
    assert.equal(
      counts.reduce((a, b) => a + b),
      stats['instructions'],
      tier,
    );
    assert.ok(stats['instructions']! >= 5 * rounds && stats['instructions']! < 5 * rounds + 100);
    for (const count of counts) assert.ok(count >= 0, `${tier}: ${counts.join()}`);
    return counts;
  };
  const [zero, none, nothing] = await shares('tier0');
  assert.ok(zero! >= 5 * rounds && none === 0 && nothing === 0);
  const [few, most, still] = await shares('tier1');
  assert.ok(few! < 100 && most! > 5 * rounds - 100 && still === 0, `${few},${most},${still}`);
  for (const tier of ['tier2', 'regions', 'auto'] as const) {
    const all = await shares(tier);
    // Until a region is made, and around calls that leave it.
    assert.ok(all[2]! > 3 * rounds, `${tier}: ${all.join()}`);
  }
});
