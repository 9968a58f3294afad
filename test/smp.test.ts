/** Machines of several CPUs: on threads, in turn on one, and on the calling thread. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeHost } from '../src/host-node/host.ts';
import { nodeThreads } from '../src/host-node/threads.ts';
import type { ClockConfig, Tier } from '../src/vm/config.ts';
import type { Machine } from '../src/vm/machine.ts';
import { virtMachine } from '../src/vm/virt-machine.ts';
import { MachineProcess } from './machine-process.ts';

import { Assembler } from './translator/assembler.ts';

const RAM = 0x8000_0000;
const DATA = RAM + 0x8000;
const TEST_DEVICE = 0x10_0000;
const MSIP = 0x200_0000;
const CPUS = 4;
const PC = 32;
const [ZERO, T0, T1, T2, S0, A1, A2, A3] = [0, 5, 6, 7, 8, 11, 12, 13] as const;
const [MHARTID, MIE, MIP] = [0xf14, 0x304, 0x344];
const MASKED = { takesInterrupts: false, runsTimers: false };

const PLACES = { 'on threads': nodeThreads, 'on the calling thread': undefined } as const;
type Place = keyof typeof PLACES;

/** Ends the machine, well if two registers are equal. */
function endIfEqual(a: Assembler, one: number, other: number): void {
  a.li(T1, TEST_DEVICE).li(T2, 0x5555);
  a.op('beq', { rs1: one, rs2: other, imm: 'well' }).li(T2, 0x1_3333);
  a.label('well').op('sw', { rs1: T1, rs2: T2 });
}

function run(place: Place, tier: Tier, write: (a: Assembler) => void, clock?: ClockConfig): Promise<Machine> {
  const a = new Assembler(RAM);
  write(a);
  const options = { memory: 16 << 20, bios: a.finish(), tier, cpus: CPUS, ...(clock && { clock }) };
  const threads = PLACES[place];
  return virtMachine({ ...options, ...(threads && { threads }) }, nodeHost);
}

/** All harts count in one place; the first ends the machine when all have. */
function countTogether(a: Assembler): void {
  const ROUNDS = 3000;
  a.csrr(S0, MHARTID).li(A1, DATA).li(A2, 1).li(T0, ROUNDS);
  a.label('again').op('amoadd.d', { rd: ZERO, rs1: A1, rs2: A2 });
  a.label('reserve').op('lr.d', { rd: A3, rs1: A1 }).op('addi', { rd: A3, rs1: A3, imm: 1 });
  a.op('sc.d', { rd: A3, rs1: A1, rs2: A3 }).op('bne', { rs1: A3, rs2: ZERO, imm: 'reserve' });
  a.op('addi', { rd: T0, rs1: T0, imm: -1 }).op('bne', { rs1: T0, rs2: ZERO, imm: 'again' });
  a.li(A1, DATA + 64).op('amoadd.d', { rd: ZERO, rs1: A1, rs2: A2, aqrl: 3 });
  a.op('bne', { rs1: S0, rs2: ZERO, imm: 'rest' }).li(T1, CPUS);
  a.label('wait').op('ld', { rd: T0, rs1: A1 }).op('bne', { rs1: T0, rs2: T1, imm: 'wait' });
  a.li(A1, DATA)
    .op('ld', { rd: A3, rs1: A1 })
    .li(A2, 2 * CPUS * ROUNDS);
  endIfEqual(a, A3, A2);
  a.label('rest').op('wfi').j('rest');
}

/** Each hart counts in a place of its own, at a label of its own. */
function countApart(a: Assembler): void {
  a.csrr(S0, MHARTID).li(A1, DATA).op('slli', { rd: T0, rs1: S0, shamt: 6 }).op('add', { rd: A1, rs1: A1, rs2: T0 });
  for (let hart = 0; hart < CPUS; hart++) a.li(T0, hart).op('beq', { rs1: S0, rs2: T0, imm: `hart${hart}` });
  for (let hart = 0; hart < CPUS; hart++) {
    a.label(`hart${hart}`).op('addi', { rd: A2, rs1: A2, imm: 1 }).op('sd', { rs1: A1, rs2: A2 }).j(`hart${hart}`);
  }
}

/** The first hart sends a software interrupt to each other in turn, which clears it and says so; then waits for it. */
function callInTurn(a: Assembler): void {
  const ROUNDS = 300;
  a.csrr(S0, MHARTID).li(A1, MSIP).li(A2, DATA).li(A3, 1);
  a.op('bne', { rs1: S0, rs2: ZERO, imm: 'called' }).li(T0, ROUNDS);
  a.label('round').li(S0, 1);
  a.label('next').op('slli', { rd: T1, rs1: S0, shamt: 2 }).op('add', { rd: T1, rs1: T1, rs2: A1 });
  a.op('ld', { rd: T2, rs1: A2 }).op('addi', { rd: T2, rs1: T2, imm: 1 }).op('sw', { rs1: T1, rs2: A3 });
  a.label('answer').op('ld', { rd: T1, rs1: A2 }).op('bne', { rs1: T1, rs2: T2, imm: 'answer' });
  a.op('addi', { rd: S0, rs1: S0, imm: 1 }).li(T1, CPUS).op('bne', { rs1: S0, rs2: T1, imm: 'next' });
  a.op('addi', { rd: T0, rs1: T0, imm: -1 }).op('bne', { rs1: T0, rs2: ZERO, imm: 'round' });
  a.op('ld', { rd: A3, rs1: A2 }).li(A2, ROUNDS * (CPUS - 1));
  endIfEqual(a, A3, A2);
  a.label('called').op('slli', { rd: T1, rs1: S0, shamt: 2 }).op('add', { rd: A1, rs1: A1, rs2: T1 });
  a.li(T1, 8).csrw(MIE, T1);
  a.label('sleep').op('wfi').csrr(T1, MIP).op('andi', { rd: T1, rs1: T1, imm: 8 });
  a.op('beq', { rs1: T1, rs2: ZERO, imm: 'sleep' }).op('sw', { rs1: A1, rs2: ZERO });
  a.op('amoadd.d', { rd: ZERO, rs1: A2, rs2: A3 }).j('sleep');
}

for (const place of Object.keys(PLACES) as Place[]) {
  for (const tier of ['auto', 'tier0', 'tier1', 'tier2', 'oracle'] as const) {
    test(`harts count together, ${place}, ${tier}`, { timeout: 60_000 }, async () => {
      const machine = await run(place, tier, countTogether);
      machine.cont();
      assert.deepEqual(await machine.ended, { cause: 'guest-shutdown', code: 0 });
    });
  }

  test(`interrupts wake sleeping harts, ${place}`, { timeout: 60_000 }, async () => {
    const machine = await run(place, 'auto', callInTurn);
    machine.cont();
    assert.deepEqual(await machine.ended, { cause: 'guest-shutdown', code: 0 });
  });

  test(`all harts stop, go on, and start anew, ${place}`, { timeout: 60_000 }, async () => {
    const machine = await run(place, 'auto', countApart);
    const { core } = machine;
    const data = core.board.memory.hostOffset(DATA, 4096);
    const counts = (): number[] =>
      Array.from({ length: CPUS }, (_, hart) => new Int32Array(core.arena.memory.buffer, data + 64 * hart, 1)[0]!);
    const allGoOn = async (): Promise<void> => {
      const before = counts();
      while (!counts().every((count, hart) => count !== before[hart])) await pause();
    };
    machine.cont();
    for (let round = 0; round < 3; round++) {
      await allGoOn();
      await machine.stop();
      const stopped = counts();
      await pause();
      assert.deepEqual(counts(), stopped);
      machine.cont();
    }
    await machine.stop();
    const before = counts();
    await machine.reset();
    machine.cont();
    await allGoOn();
    await machine.stop();
    // Registers were cleared: they count from 0 again.
    for (const [hart, count] of counts().entries()) assert.ok(count < 2 ** 31 && count !== before[hart]);
    const stats = machine.stats.query(
      { target: 'vcpu', providers: [{ provider: 'tcg', names: ['instructions'] }] },
      core.vcpus.map((_, index) => ({ index, qomPath: `${index}` })),
    );
    assert.equal(stats.length, CPUS);
    const retired = stats.map(({ stats: [entry] }) => Number(entry!.value));
    for (const count of retired) assert.ok(count > 1000);
    const [all] = machine.stats.query({ target: 'vm', providers: [{ provider: 'tcg', names: ['instructions'] }] }, []);
    assert.equal(
      Number(all!.stats[0]!.value),
      retired.reduce((sum, count) => sum + count),
    );
    machine.quit();
    await machine.ended;
  });

  test(`a breakpoint of one hart stops all, and each is stepped by itself, ${place}`, { timeout: 60_000 }, async () => {
    const machine = await run(place, 'auto', countApart);
    const labels = new Assembler(RAM);
    countApart(labels);
    const pcOf = async (cpu: number): Promise<number> => Number((await machine.ask(cpu, 'readRegisters', [PC]))[0]);
    machine.cont();
    await pause();
    for (let cpu = 0; cpu < CPUS; cpu++) {
      await machine.ask(cpu, 'addPoint', { kind: 'break', address: BigInt(labels.addressOf('hart2')), length: 4n });
    }
    while (machine.state !== 'debug') await pause();
    assert.deepEqual(machine.debugStop, { kind: 'break', vcpu: 2 });
    const places = await Promise.all([0, 1, 2, 3].map(pcOf));
    assert.equal(places[2], labels.addressOf('hart2'));
    await machine.step(MASKED, 2);
    await machine.step(MASKED, 2);
    assert.deepEqual(machine.debugStop, { kind: 'step', vcpu: 2 });
    const after = await Promise.all([0, 1, 2, 3].map(pcOf));
    assert.deepEqual(after, places.with(2, labels.addressOf('hart2') + 8));
    machine.quit();
    await machine.ended;
  });
}

test('where instructions are time, CPUs take turns that are alike in every run', { timeout: 60_000 }, async () => {
  const runs = new Set<string>();
  for (const place of ['on threads', 'on the calling thread', 'on threads'] as const) {
    for (const program of [countTogether, callInTurn]) {
      const machine = await run(place, 'auto', program, { kind: 'instructions', nanoseconds: 10 });
      machine.cont();
      assert.deepEqual(await machine.ended, { cause: 'guest-shutdown', code: 0 });
      const retired = machine.core.vcpus.map(({ counters }) => counters.get('instructions'));
      runs.add(`${program.name}: ${machine.core.clock.now()} ${retired.join(' ')}`);
    }
  }
  assert.equal(runs.size, 2, [...runs].join('\n'));
});

test('the monitor lists all CPUs, and shows the registers of each', { timeout: 60_000 }, async () => {
  await using machine = new MachineProcess(['-smp', '3,sockets=3', '-S']);
  const at = async (cpu: number, line: string): Promise<string> =>
    (await machine.run('human-monitor-command', { 'command-line': line, 'cpu-index': cpu })) as string;
  const listed = (await at(1, 'info cpus')).trimEnd().split('\r\n');
  assert.deepEqual(
    listed.map((line) => line.replace(/thread_id=\d+/, '')),
    ['  CPU #0: ', '* CPU #1: ', '  CPU #2: '],
  );
  const threads = new Set(listed.map((line) => /thread_id=(\d+)/.exec(line)![1]));
  if (process.platform === 'linux') assert.equal(threads.size, 3);
  assert.match(await at(1, 'info registers'), / mhartid +0{15}1\s/);
  const all = [...(await at(0, 'info registers -a')).matchAll(/CPU#(\d)\s[^]*? mhartid +([0-9a-f]+)\s/g)];
  assert.deepEqual(
    all.map(([, cpu, hart]) => [Number(cpu), Number(hart)]),
    [0, 1, 2].map((cpu) => [cpu, cpu]),
  );
  assert.equal(await machine.quit(), 0);
});

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
