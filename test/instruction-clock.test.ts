/** Where instructions are time, a deadline is met to the instruction, by every engine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeHost } from '../src/host-node/host.ts';
import { TIERS } from '../src/vm/config.ts';
import { virtMachine } from '../src/vm/virt-machine.ts';
import { Assembler } from './translator/assembler.ts';

const RAM = 0x8000_0000;
/** Where the program is told that its time has come. */
const HANDLER = 0x100;
const FINISHER = 0x10_0000;
const MTIMECMP = 0x200_4000;
const [A0, A1, T0, T1] = [10, 11, 5, 6] as const;
const MSTATUS = 0x300;
const MIE = 0x304;
const MTVEC = 0x305;

/** Ticks are instructions. The first deadline is set by a store in the middle of a run. */
function program(deadline: number): Uint8Array {
  const asm = new Assembler(RAM);
  asm
    .li(T0, BigInt(RAM + HANDLER))
    .csrw(MTVEC, T0)
    .li(T0, 0x80)
    .csrw(MIE, T0);
  asm.li(T0, MTIMECMP).li(T1, deadline).op('sd', { rs1: T0, rs2: T1 }).op('csrrsi', { csr: MSTATUS, uimm: 8 });
  asm.label('spin').op('addi', { rd: A1, rs1: A1, imm: 1 }).j('spin');
  asm
    .at(RAM + HANDLER)
    .li(A0, FINISHER)
    .li(A1, 0x5555)
    .op('sw', { rs1: A0, rs2: A1 });
  asm.label('end').j('end');
  return asm.finish();
}
/** Instructions of the handler, up to the one that ends the machine. */
const LAST = 5;

for (const tier of TIERS) {
  test(`a deadline set by the program: ${tier}`, async () => {
    for (const deadline of [40, 41, 1000, 7001, 100_000]) {
      const clock = { kind: 'instructions', nanoseconds: 100 } as const;
      const machine = await virtMachine({ memory: 16 << 20, bios: program(deadline), tier, clock }, nodeHost);
      machine.cont();
      await machine.ended;
      const [result] = machine.stats.query(
        { target: 'vm', providers: [{ provider: 'tcg', names: ['instructions'] }] },
        [],
      );
      assert.equal(result!.stats[0]!.value, deadline + LAST);
    }
  });
}
