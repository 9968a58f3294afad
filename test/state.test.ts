/** The state of whole machines: saved at any instant and put into another, it goes on as if nothing had been. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Console } from '../src/char/console.ts';
import { nodeHost } from '../src/host-node/host.ts';
import { nodeThreads } from '../src/host-node/threads.ts';
import { SeededRandom } from '../src/host/seeded-random.ts';
import { MachineState } from '../src/vm/state/machine-state.ts';
import { virtMachine, type VirtOptions } from '../src/vm/virt-machine.ts';
import { CountedMachine, type Boot } from './peer/oracle-boot/counted-machine.ts';
import { Assembler } from './translator/assembler.ts';

const RAM = 0x8000_0000;
const UART = 0x1000_0000;
const MTIMECMP = 0x200_4000;
const MTIME = 0x200_bff8;
const DATA = RAM + 0x10_0000;
const [A0, A1, A2, A3, S0, T0, T1, T2] = [10, 11, 12, 13, 8, 5, 6, 7] as const;
const [MSTATUS, MIE, MTVEC] = [0x300, 0x304, 0x305] as const;
const LENGTH = 3_000_000;

const directory = mkdtempSync(join(tmpdir(), 'state-'));
after(() => rmSync(directory, { recursive: true }));

/** Writes numbers all over a megabyte; a tick of the timer every 10,000 instructions prints a letter. */
function program(): Uint8Array {
  const a = new Assembler(RAM);
  a.li(T0, RAM + 0x200)
    .csrw(MTVEC, T0)
    .li(T0, 0x80)
    .csrw(MIE, T0)
    .li(S0, 65);
  a.li(T0, MTIMECMP).li(T1, 10_000).op('sd', { rs1: T0, rs2: T1 }).op('csrrsi', { csr: MSTATUS, uimm: 8 });
  a.li(A0, DATA).li(A1, 12_345).li(A2, 1_103_515_245).li(A3, 0xf_fff8).label('again');
  a.op('mul', { rd: A1, rs1: A1, rs2: A2 }).op('addi', { rd: A1, rs1: A1, imm: 77 });
  a.op('srli', { rd: T0, rs1: A1, shamt: 11 }).op('and', { rd: T0, rs1: T0, rs2: A3 });
  a.op('add', { rd: T0, rs1: T0, rs2: A0 }).op('ld', { rd: T1, rs1: T0 }).op('add', { rd: T1, rs1: T1, rs2: A1 });
  a.op('sd', { rs1: T0, rs2: T1 }).j('again');
  // The handler has registers of its own: s0, and t2 and what it saves of t0 and t1.
  a.at(RAM + 0x200)
    .op('csrrw', { rd: 0, csr: 0x340, rs1: T0 })
    .op('addi', { rd: T2, rs1: T1 });
  a.li(T0, UART).op('sb', { rs1: T0, rs2: S0 }).op('addi', { rd: S0, rs1: S0, imm: 1 });
  a.op('andi', { rd: S0, rs1: S0, imm: 0x5f });
  a.li(T0, MTIME).op('ld', { rd: T1, rs1: T0 }).li(T0, 10_000).op('add', { rd: T1, rs1: T1, rs2: T0 });
  a.li(T0, MTIMECMP).op('sd', { rs1: T0, rs2: T1 }).op('addi', { rd: T1, rs1: T2 });
  a.op('csrrs', { rd: T0, csr: 0x340, rs1: 0 }).op('mret');
  return a.finish();
}

function boot(): Boot {
  const firmware = join(directory, 'program');
  writeFileSync(firmware, program());
  return { cpu: 'rv64', firmware, kernel: '', initrd: '', append: '', memory: 8 << 20 };
}

for (const [tier, instants] of [
  ['auto', 20],
  ['regions', 5],
  ['oracle', 3],
] as const) {
  test(`saved at ${instants} instants, it ends as the run that never was: ${tier}`, async () => {
    const length = tier === 'oracle' ? LENGTH / 20 : LENGTH;
    const whole = new CountedMachine(boot(), tier);
    whole.runTo(length);
    assert.match(whole.console, tier === 'oracle' ? /^ABCDEFG/ : /XYZ/);
    const random = new SeededRandom(43n);
    const saving = new CountedMachine(boot(), tier);
    const chosen = Array.from({ length: instants }, () => random.next() % length).sort((x, y) => x - y);
    for (const instant of chosen) {
      saving.runTo(instant);
      const saved = await saving.save();
      const fresh = new CountedMachine(boot(), tier);
      // What it did before is gone.
      fresh.runTo(1000);
      await fresh.load(saved, instant);
      const before = fresh.console;
      fresh.runTo(length);
      assert.equal(saving.console + fresh.console.slice(before.length), whole.console, `console at ${instant}`);
      assert.deepEqual(fresh.sections(), whole.sections(), `devices at ${instant}`);
      assert.deepEqual(fresh.ram(), whole.ram(), `memory at ${instant}`);
    }
    saving.runTo(length);
    assert.deepEqual(saving.sections(), whole.sections());
  });
}

/** A program that prints letters, with a pause between them. */
function letters(): Uint8Array {
  const a = new Assembler(RAM);
  a.li(A0, UART).label('first').li(A1, 65).label('next').op('sb', { rs1: A0, rs2: A1 });
  a.op('addi', { rd: A1, rs1: A1, imm: 1 }).li(T0, 50_000).label('wait').op('addi', { rd: T0, rs1: T0, imm: -1 });
  a.op('bne', { rs1: T0, rs2: 0, imm: 'wait' }).li(T1, 91).op('bne', { rs1: A1, rs2: T1, imm: 'next' }).j('first');
  return a.finish();
}

interface Saved {
  readonly stream: Uint8Array;
  /** What the machine had printed. */
  readonly text: string;
}

const small = { memory: 16 << 20, bios: letters() } as const;

async function savedMachine(options: VirtOptions): Promise<Saved> {
  const serial = new Console();
  const machine = await virtMachine({ ...options, serial }, nodeHost);
  machine.cont();
  await serial.waitFor(/GHI/, 30, nodeHost.timers);
  const runState = await machine.hold('save-vm');
  assert.equal(machine.state, 'save-vm');
  assert.throws(() => machine.cont(), /being saved/);
  const pieces: Uint8Array[] = [];
  await new MachineState(machine, nodeHost).save({ runState }, true, async (bytes) => void pieces.push(bytes.slice()));
  // What it printed last is still on its way.
  machine.quit();
  await machine.ended;
  return { stream: Uint8Array.from(Buffer.concat(pieces)), text: serial.text };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

for (const threads of [undefined, nodeThreads]) {
  const where = threads === undefined ? 'on the calling thread' : 'on threads';
  test(`a machine goes on in another, ${where}`, async () => {
    const { stream, text } = await savedMachine({ ...small, ...(threads && { threads }) });
    const serial = new Console();
    const options = { ...small, serial, awaitsState: true, ...(threads && { threads }) };
    const machine = await virtMachine(options, nodeHost);
    assert.equal(machine.state, 'inmigrate');
    const state = await new MachineState(machine, nodeHost).read(once(stream));
    assert.equal(state.head.runState, 'running');
    await state.replace();
    machine.release('running');
    await serial.waitFor(/.{30}/, 30, nodeHost.timers);
    const both = text.slice(-30) + serial.text.slice(0, 30);
    assert.ok('ABCDEFGHIJKLMNOPQRSTUVWXYZ'.repeat(4).includes(both), both);
    machine.quit();
    await machine.ended;
  });
}

test('a thousand streams that are cut or changed are refused by a machine, which stays as it was', async () => {
  const { stream } = await savedMachine(small);
  const machine = await virtMachine(small, nodeHost);
  const state = new MachineState(machine, nodeHost);
  const random = new SeededRandom(7n);
  const sections = (): Uint8Array[] => machine.core.board.sections.map((section) => section.save());
  const before = sections();
  for (let i = 0; i < 1000; i++) {
    let spoiled = stream.slice();
    if (i % 2 === 0) spoiled[random.next() % stream.length]! ^= 1 + (random.next() % 255);
    else spoiled = spoiled.subarray(0, random.next() % stream.length);
    await assert.rejects(state.read(once(spoiled)), { name: 'UserError', message: /^[^\n]+$/ }, `case ${i}`);
  }
  assert.deepEqual(sections(), before);
  const other = await virtMachine({ ...small, memory: 32 << 20 }, nodeHost);
  await assert.rejects(
    new MachineState(other, nodeHost).read(once(stream)),
    /another than this one: memory is 16777216 there and 33554432 here; start this one with/,
  );
  machine.quit();
  other.quit();
});

test('no state of a CPU, however wrong, is more than a guest that does odd things', () => {
  const random = new SeededRandom(11n);
  for (const tier of ['auto', 'oracle'] as const) {
    for (let i = 0; i < 16; i++) {
      const machine = new CountedMachine(boot(), tier);
      // Every other one stands at its program, ready to run.
      const kept = i % 2 === 0 ? ['pc', 'runState', 'retired'] : [];
      machine.loadSection('cpu', (field, bytes) => void (kept.includes(field) || random.fill(bytes)));
      machine.runAtMost(5000);
    }
  }
});
