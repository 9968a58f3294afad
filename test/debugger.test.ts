/** Breakpoints, watchpoints and single steps of whole machines, whatever runs the code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeHost } from '../src/host-node/host.ts';
import { nodeThreads } from '../src/host-node/threads.ts';
import type { DebugPoint } from '../src/mem/debug.ts';
import type { Tier } from '../src/vm/config.ts';
import type { Machine } from '../src/vm/machine.ts';
import { virtMachine } from '../src/vm/virt-machine.ts';
import { Assembler } from './translator/assembler.ts';

const TIERS: readonly Tier[] = ['oracle', 'tier0', 'tier1', 'tier2', 'auto'];
const RAM = 0x8000_0000;
const DATA = RAM + 0x8000;
const MASKED = { takesInterrupts: false, runsTimers: false };
const PC = 32;
const [A0, A1, A2, A3, T0] = [10, 11, 12, 13, 5] as const;

/** A machine for a program, with what tests do to it. */
class Debugged implements AsyncDisposable {
  readonly machine: Machine;
  readonly events: string[] = [];

  static async make(tier: Tier, write: (a: Assembler) => void, threads = true): Promise<Debugged> {
    const a = new Assembler(RAM);
    write(a);
    const options = { memory: 16 << 20, bios: a.finish(), tier, ...(threads && { threads: nodeThreads }) };
    return new Debugged(await virtMachine(options, nodeHost));
  }

  private constructor(machine: Machine) {
    this.machine = machine;
    machine.subscribe(({ name }) => this.events.push(`${name} ${machine.state}`));
  }

  breakAt(address: number): Promise<boolean> {
    return this.machine.ask(0, 'addPoint', { kind: 'break', address: BigInt(address), length: 4n });
  }
  watch(kind: DebugPoint['kind'], address: number, length = 8): Promise<boolean> {
    return this.machine.ask(0, 'addPoint', { kind, address: BigInt(address), length: BigInt(length) });
  }

  /** Goes on until something stops it; gives where. */
  async go(): Promise<number> {
    const stopped = new Promise<void>((resolve) => {
      const unsubscribe = this.machine.subscribe(({ name }) => {
        if (name !== 'STOP') return;
        unsubscribe();
        resolve();
      });
    });
    this.machine.cont();
    await stopped;
    return this.pc();
  }
  /** Lets it run freely, so that its code is translated. */
  async warm(milliseconds = 30): Promise<void> {
    this.machine.cont();
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await this.machine.stop();
  }
  async step(how = MASKED): Promise<number> {
    await this.machine.step(how);
    return this.pc();
  }
  async value(number: number): Promise<bigint> {
    const [value] = await this.machine.ask(0, 'readRegisters', [number]);
    return value!;
  }
  async register(number: number): Promise<number> {
    return Number(await this.value(number));
  }
  pc(): Promise<number> {
    return this.register(PC);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.machine.quit();
    await this.machine.ended;
  }
}

/** Counts in a0, by way of another page and of an instruction that lies across the border of two. */
function loop(a: Assembler): void {
  a.li(A0, 0).li(A1, DATA).li(A2, 0).j('far');
  a.label('back').op('addi', { rd: A2, rs1: A2, imm: 1 }).j('far');
  a.at(RAM + 0x1000 - 2);
  a.label('far').op('addi', { rd: A0, rs1: A0, imm: 1 });
  a.label('store').op('sd', { rs1: A1, rs2: A0 });
  a.label('load').op('ld', { rd: A3, rs1: A1 });
  a.j('back');
}
const labels = ((): ReadonlyMap<string, number> => {
  const a = new Assembler(RAM);
  loop(a);
  return a.labels;
})();
const at = (label: string): number => labels.get(label)!;

for (const tier of TIERS) {
  for (const threads of tier === 'auto' ? [true, false] : [true]) {
    const where = `${tier}${threads ? '' : ' on the calling thread'}`;

    test(`breakpoints stop before their instruction, ${where}`, async () => {
      await using debugged = await Debugged.make(tier, loop, threads);
      await debugged.warm();
      for (const label of ['far', 'load', 'back']) {
        await debugged.breakAt(at(label));
        assert.equal(await debugged.go(), at(label), label);
        const [count, rounds] = [await debugged.register(A0), await debugged.register(A2)];
        assert.equal(count, label === 'load' ? rounds + 1 : label === 'back' ? rounds + 1 : rounds);
        // Where it stands it stops again; a step passes over it.
        assert.equal(await debugged.go(), at(label));
        assert.notEqual(await debugged.step(), at(label));
        assert.equal(await debugged.go(), at(label));
        assert.deepEqual([await debugged.register(A0), await debugged.register(A2)], [count + 1, rounds + 1]);
        assert.equal(debugged.machine.state, 'debug');
        await debugged.machine.ask(0, 'clearPoints');
      }
      if (!threads) return;
      const before = await debugged.register(A0);
      await debugged.warm();
      assert.ok((await debugged.register(A0)) > before + 100, 'it runs on as if there had been none');
    });

    test(`watchpoints stop before their access, ${where}`, async () => {
      await using debugged = await Debugged.make(tier, loop, threads);
      await debugged.warm();
      for (const [kind, place] of [
        ['write', 'store'],
        ['read', 'load'],
      ] as const) {
        await debugged.watch(kind, DATA + 3, 1);
        assert.equal(await debugged.go(), at(place));
        assert.deepEqual(debugged.machine.debugStop, {
          kind: 'watch',
          point: { kind, address: BigInt(DATA + 3), length: 1n },
          vcpu: 0,
        });
        assert.equal(await debugged.step(), at(place), 'a step does not pass over it');
        await debugged.machine.ask(0, 'clearPoints');
        assert.equal(await debugged.step(), at(place) + 4);
      }
      await debugged.watch('access', DATA);
      await debugged.watch('write', DATA + 8);
      await debugged.go();
      await debugged.machine.ask(0, 'removePoint', { kind: 'access', address: BigInt(DATA), length: 8n });
      const before = await debugged.register(A0);
      await debugged.warm();
      assert.ok((await debugged.register(A0)) > before + 10, 'beside the bytes that are watched it runs on');
    });
  }

  test(`atomics and accesses across pages are watched, ${tier}`, async () => {
    await using debugged = await Debugged.make(tier, (a) => {
      a.li(A0, DATA)
        .li(A1, DATA + 0x1000 - 3)
        .li(A2, DATA + 0x2000);
      a.label('again').op('amoadd.d', { rd: A3, rs1: A0, rs2: A2 });
      a.op('lr.d', { rd: A3, rs1: A0 }).op('sc.d', { rd: A3, rs1: A0, rs2: A2 });
      a.op('sd', { rs1: A1, rs2: A2 }).op('ld', { rd: A3, rs1: A1 }).j('again');
    });
    await debugged.warm(5);
    const rounds = async (kind: DebugPoint['kind'], address: number): Promise<number[]> => {
      await debugged.machine.ask(0, 'clearPoints');
      await debugged.warm(1);
      await debugged.watch(kind, address, 1);
      const places = new Set<number>();
      for (let i = 0; i < 6; i++) {
        places.add(await debugged.go());
        await debugged.machine.ask(0, 'clearPoints');
        await debugged.step();
        await debugged.watch(kind, address, 1);
      }
      return [...places].toSorted((a, b) => a - b);
    };
    const asm = new Assembler(RAM)
      .li(A0, DATA)
      .li(A1, DATA + 0x1000 - 3)
      .li(A2, DATA + 0x2000);
    const [amo, lr, sc, sd, ld] = [0, 4, 8, 12, 16].map((offset) => asm.here + offset) as [
      number,
      number,
      number,
      number,
      number,
    ];
    assert.deepEqual(await rounds('write', DATA), [amo, sc]);
    assert.deepEqual(await rounds('read', DATA + 7), [amo, lr]);
    assert.deepEqual(await rounds('access', DATA), [amo, lr, sc]);
    assert.deepEqual(await rounds('write', DATA + 0xfff), [sd]);
    assert.deepEqual(await rounds('read', DATA + 0x1004), [ld]);
    assert.deepEqual(await rounds('access', DATA + 0x1000), [sd, ld]);
    await debugged.machine.ask(0, 'clearPoints');
    // It was stepped over like any other: the store succeeded.
    await debugged.breakAt(sd);
    await debugged.go();
    assert.equal(await debugged.register(A3), 0);
  });

  test(`a step is one instruction, or the way into a handler, ${tier}`, async () => {
    const HANDLER = RAM + 0x400;
    const [MSTATUS, MIE, MTVEC, MCAUSE] = [0x300, 0x304, 0x305, 0x342] as const;
    await using debugged = await Debugged.make(tier, (a) => {
      a.li(T0, HANDLER).op('csrrw', { rs1: T0, csr: MTVEC });
      a.label('ecall').op('ecall');
      a.at(RAM + 0x100)
        .label('wfi')
        .op('wfi')
        .op('c.nop');
      a.at(HANDLER).op('csrrs', { rd: A0, csr: MCAUSE }).j('wfi');
    });
    await debugged.breakAt(RAM);
    await debugged.go();
    await debugged.machine.ask(0, 'clearPoints');
    let pc = await debugged.pc();
    while (pc !== HANDLER) {
      const next = await debugged.step();
      assert.ok(next === pc + 4 || next === pc + 2 || next === HANDLER, `0x${pc.toString(16)} 0x${next.toString(16)}`);
      pc = next;
    }
    assert.equal(await debugged.register(A0), 0);
    await debugged.step();
    assert.equal(await debugged.register(A0), 11);
    assert.equal(await debugged.step(), RAM + 0x100);
    assert.equal(await debugged.step(), RAM + 0x104);
    assert.equal(await debugged.step(), RAM + 0x106, 'it does not wait');
    // A software interrupt: pending, enabled, masked by the step unless it is let in.
    const csr = (number: number): number => 66 + number;
    await debugged.machine.ask(0, 'writeRegister', csr(MIE), 8n);
    await debugged.machine.ask(0, 'writeRegister', csr(MSTATUS), 8n);
    await debugged.machine.ask(0, 'writeRegister', PC, BigInt(RAM + 0x104));
    debugged.machine.core.board.space.store(0x200_0000, 4, 1);
    assert.equal(await debugged.step(), RAM + 0x106);
    assert.equal(await debugged.step({ ...MASKED, takesInterrupts: true }), HANDLER);
    await debugged.step();
    assert.equal(await debugged.value(A0), (1n << 63n) | 3n);
    assert.deepEqual(debugged.events.slice(-2), ['RESUME debug', 'STOP debug']);
  });
}

test('memory is looked at without a trace, and what is written is executed', async () => {
  await using debugged = await Debugged.make('tier2', loop);
  const { machine } = debugged;
  await debugged.warm();
  assert.equal(await machine.ask(0, 'readMemory', 0x1000_0000n, 1, false), undefined, 'devices are left alone');
  assert.equal(await machine.ask(0, 'readMemory', 0x4000_0000_0000n, 1, true), undefined);
  assert.equal(
    await machine.ask(
      0,
      'writeMemory',
      BigInt(RAM + 0x1000 * 4095),
      Array.from({ length: 5000 }, () => 0),
      false,
    ),
    false,
  );
  // back: addi a2, a2, 2
  const word = new Assembler(0).op('addi', { rd: A2, rs1: A2, imm: 2 }).finish();
  await debugged.breakAt(at('back'));
  await debugged.go();
  const before = await debugged.register(A2);
  assert.ok(await machine.ask(0, 'writeMemory', BigInt(at('back')), [...word], true));
  await debugged.step();
  await debugged.go();
  assert.equal(await debugged.register(A2), before + 2);
  assert.deepEqual(await machine.ask(0, 'readMemory', BigInt(at('back')), 4, false), Uint8Array.from(word));
});

test('a reset finds the breakpoints where they were, and registers as after it', async () => {
  await using debugged = await Debugged.make('auto', loop);
  await debugged.warm();
  await debugged.breakAt(at('store'));
  await debugged.go();
  await debugged.machine.reset();
  assert.deepEqual([await debugged.pc(), debugged.machine.state], [0x1000, 'prelaunch']);
  assert.equal(await debugged.go(), at('store'));
  assert.equal(await debugged.register(A0), 1);
});

test('there is an end to how many points there may be', async () => {
  await using debugged = await Debugged.make('auto', loop);
  for (let i = 0; i < 1024; i++) assert.ok(await debugged.breakAt(i));
  assert.equal(await debugged.breakAt(1024), false);
});
