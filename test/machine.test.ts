/** Whole machines that run small programs, on the calling thread and on threads of their own. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Console } from '../src/char/console.ts';
import { nodeHost } from '../src/host-node/host.ts';
import { nodeThreads } from '../src/host-node/threads.ts';
import type { StatsValue } from '../src/stats/provider.ts';
import type { Machine } from '../src/vm/machine.ts';
import type { Tier } from '../src/vm/config.ts';
import { virtMachine, type VirtOptions } from '../src/vm/virt-machine.ts';
import { Assembler } from './translator/assembler.ts';

const RAM = 0x8000_0000;
/** Where the programs here take their interrupts. */
const HANDLER = RAM + 0x400;
const UART = 0x1000_0000;
const FINISHER = 0x10_0000;
const MTIMECMP = 0x200_4000;
/** Instructions before the first of a program. */
const RESET_VECTOR = 6;

const [A0, A1, A2, T0, T1] = [10, 11, 12, 5, 6] as const;
const MSTATUS = 0x300;
const MIE = 0x304;
const MTVEC = 0x305;

const program = (write: (a: Assembler) => void): Uint8Array => {
  const a = new Assembler(RAM);
  write(a);
  return a.finish();
};

/** Sends one character. */
const put = (a: Assembler, text: string): Assembler => {
  a.li(A0, UART);
  for (const character of text) a.li(A1, character.charCodeAt(0)).op('sb', { rs1: A0, rs2: A1 });
  return a;
};

const finish = (a: Assembler, word: number): Assembler =>
  a.li(A0, FINISHER).li(A1, word).op('sw', { rs1: A0, rs2: A1 }).label('end').op('wfi').j('end');

const counters = (machine: Machine): Record<string, StatsValue> => {
  const [result] = machine.stats.query({ target: 'vm', providers: [{ provider: 'tcg' }] }, []);
  return Object.fromEntries(result!.stats.map(({ name, value }) => [name, value]));
};

const made: Machine[] = [];
/** A machine that ends with its test at the latest. */
async function small(options: VirtOptions): Promise<Machine> {
  const machine = await virtMachine({ memory: 16 << 20, ...options }, nodeHost);
  made.push(machine);
  return machine;
}
afterEach(() => {
  for (const machine of made.splice(0)) machine.quit();
});

for (const threads of [undefined, nodeThreads]) {
  const where = threads === undefined ? 'on the calling thread' : 'on threads';

  test(`a program prints, and its exit status is the machine's, ${where}`, async () => {
    const serial = new Console();
    const bios = program((a) => finish(put(a, 'hello\n'), (7 << 16) | 0x3333));
    const machine = await small({ bios, serial, ...(threads && { threads }) });
    const events: string[] = [];
    machine.subscribe((event) => events.push(event.name));
    machine.cont();
    assert.deepEqual(await machine.ended, { cause: 'guest-shutdown', code: 7 });
    assert.equal(serial.text, 'hello\n');
    assert.deepEqual(events, ['RESUME', 'SHUTDOWN']);
  });

  test(`a machine stops, goes on and is reset, ${where}`, async () => {
    const serial = new Console();
    const bios = program((a) => put(a, 'start ').label('spin').j('spin'));
    const machine = await small({ bios, serial, ...(threads && { threads }) });
    const events: string[] = [];
    machine.subscribe((event) => events.push(event.name));
    machine.cont();
    await serial.waitFor(/start /, 30, nodeHost.timers);
    await machine.stop();
    assert.equal(machine.state, 'paused');
    const before = counters(machine)['instructions'];
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(counters(machine)['instructions'], before);
    await machine.reset();
    assert.equal(machine.state, 'prelaunch');
    const [pc] = await machine.registers();
    assert.match(pc!, /pc/);
    machine.cont();
    await serial.waitFor(/start start /, 30, nodeHost.timers);
    machine.quit();
    assert.equal((await machine.ended).cause, 'host-qmp-quit');
    assert.deepEqual(events, ['RESUME', 'STOP', 'RESET', 'RESUME', 'SHUTDOWN']);
  });
}

test('a guest that spins gets its timer interrupt, and what is typed', async () => {
  const serial = new Console();
  const bios = program((a) => {
    a.li(T0, MTIMECMP).li(T1, 1_000_000).op('sd', { rs1: T0, rs2: T1 });
    a.li(T0, HANDLER).csrw(MTVEC, T0).li(T0, 0x80).csrw(MIE, T0).op('csrrsi', { csr: MSTATUS, uimm: 8 });
    a.label('spin').j('spin').at(HANDLER);
    put(a, 'tick');
    // Waits for a character without an interrupt, and sends it back.
    a.label('poll').op('lbu', { rd: A1, rs1: A0, imm: 5 }).op('andi', { rd: A1, rs1: A1, imm: 1 });
    a.op('beq', { rs1: A1, rs2: 0, imm: 'poll' });
    a.op('lbu', { rd: A2, rs1: A0 }).op('sb', { rs1: A0, rs2: A2 });
    finish(a, 0x5555);
  });
  const machine = await small({ bios, serial, threads: nodeThreads });
  machine.cont();
  await serial.waitFor(/tick/, 30, nodeHost.timers);
  serial.type('x');
  assert.equal((await machine.ended).code, 0);
  assert.equal(serial.text, 'tickx');
  assert.ok(Number(counters(machine)['exits-timer']) >= 1);
});

test('RAM above 4 GiB', async () => {
  const serial = new Console();
  const end = RAM + 5 * 2 ** 30;
  const bios = program((a) => {
    a.li(T0, end - 8)
      .li(T1, 0x6b6f)
      .op('sd', { rs1: T0, rs2: T1 })
      .op('ld', { rd: A1, rs1: T0 });
    a.li(A0, UART).op('sb', { rs1: A0, rs2: A1 }).op('srli', { rd: A1, rs1: A1, shamt: 8 });
    finish(a.op('sb', { rs1: A0, rs2: A1 }), 0x5555);
  });
  const machine = await small({ memory: end - RAM, bios, serial, threads: nodeThreads });
  machine.cont();
  assert.equal((await machine.ended).code, 0);
  assert.equal(serial.text, 'ok');
});

const TIERS: readonly Tier[] = ['oracle', 'tier0', 'tier1', 'auto'];
for (const tier of TIERS) {
  test(`instructions retired are the length of a counted program: ${tier}`, async () => {
    const turns = 1000;
    const bios = program((a) => {
      a.op('addi', { rd: T0, imm: turns });
      a.label('loop').op('addi', { rd: T0, rs1: T0, imm: -1 }).op('bne', { rs1: T0, rs2: 0, imm: 'loop' });
      a.op('addi', { rd: T1, imm: 5 }).label('idle').op('wfi').j('idle');
    });
    const machine = await small({ bios, tier, threads: nodeThreads });
    machine.cont();
    for (let i = 0; i < 1000 && counters(machine)['halts'] !== 1; i++) await new Promise((r) => setTimeout(r, 10));
    assert.equal(counters(machine)['halts'], 1);
    assert.equal(counters(machine)['instructions'], RESET_VECTOR + 1 + 2 * turns + 1 + 1);
    machine.quit();
    await machine.ended;
  });
}

test('time by instructions makes runs equal', async () => {
  const bios = program((a) => {
    a.li(T0, MTIMECMP).li(T1, 50_000).op('sd', { rs1: T0, rs2: T1 });
    a.li(T0, HANDLER).csrw(MTVEC, T0).li(T0, 0x80).csrw(MIE, T0).op('csrrsi', { csr: MSTATUS, uimm: 8 });
    a.label('spin').j('spin').at(HANDLER);
    finish(a, 0x5555);
  });
  const run = async (tier: Tier): Promise<StatsValue | undefined> => {
    const machine = await small({ bios, tier, clock: { kind: 'instructions', nanoseconds: 100 } });
    machine.cont();
    await machine.ended;
    return counters(machine)['instructions'];
  };
  const first = await run('auto');
  assert.ok(Number(first) >= 50_000, String(first));
  assert.equal(await run('auto'), first);
});
