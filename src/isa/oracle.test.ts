import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressSpace } from '../mem/address-space.ts';
import { Arena } from '../mem/arena.ts';
import { EXIT_STOP } from '../mem/cpu.ts';
import { silentLog } from '../mem/guest-log.ts';
import { OracleContexts, OracleEngine } from './oracle.ts';
import { RiscvCpu } from './riscv/cpu.ts';
import { parseFeatures } from './riscv/features.ts';
import { createRiscv, INSTRUCTIONS } from './riscv/guest.ts';
import { encode } from './riscv/pattern.ts';
import { RiscvState } from './riscv/state.ts';

const RAM = 0x8000_0000;
const HANDLER = RAM + 0x800;
const [MSTATUS, MTVEC, MEPC, MCAUSE, MTVAL] = [0x300, 0x305, 0x341, 0x342, 0x343];
const FS_INITIAL = 0x2000n;
const declared = INSTRUCTIONS.flatMap(({ members }) => members);

function asm(name: string, operands: Record<string, number> = {}): number {
  return encode(declared.find((instruction) => instruction.name === name)!.bits, operands);
}

/** A hart in M mode with a program of 32-bit instructions and traps that go to HANDLER. */
function machine(program: readonly number[], argument = 'rv64') {
  const arena = new Arena(4 << 20);
  const address = arena.allocate(RiscvState.size, 4096);
  const hostOffset = arena.allocate(0x10000, 4096);
  const space = new AddressSpace(arena.memory);
  space.add({ kind: 'ram', name: 'ram', base: RAM, size: 0x10000, hostOffset });
  const state = RiscvState.at(arena.memory, address);
  const features = parseFeatures(argument);
  const contexts = new OracleContexts();
  const cpu = new RiscvCpu({
    memory: arena.memory,
    stateAddress: address,
    contexts,
    features,
    hartId: 0,
    space,
    log: silentLog,
    timer: { now: () => 0, arm: () => undefined },
  });
  const engine = new OracleEngine({
    guest: createRiscv(features),
    cpu,
    memory: arena.memory,
    stateStruct: RiscvState,
    state: address,
    space,
    contexts,
  });
  cpu.reset(RAM | 0, 0);
  cpu.writeCsr(MTVEC, BigInt(HANDLER));
  for (const [index, word] of program.entries()) space.store(RAM + 4 * index, 4, word);
  return { state, cpu, engine, space, csr: (number: number) => cpu.readCsr(number) };
}

test('instructions are retired one by one, to the number asked for', () => {
  const { state, engine } = machine([asm('addi', { rd: 1, rs1: 1, imm: 1 }), asm('jal', { rd: 0, imm: -4 })]);
  assert.equal(engine.run(7), 7);
  assert.deepEqual([state.x[1], state.pc, state.retired], [4n, BigInt(RAM + 4), 7n]);
  assert.equal(engine.run(1), 1);
  assert.equal(state.retired, 8n);
});

test('an exception retires nothing, a return from one does', () => {
  const { state, engine, csr, space } = machine([asm('ecall')]);
  space.store(HANDLER, 4, asm('mret'));
  assert.equal(engine.run(1), 1);
  assert.deepEqual([csr(MCAUSE), csr(MEPC), state.pc], [11n, BigInt(RAM), BigInt(RAM)]);
});

test('a handler that itself faults does not hang the run', () => {
  const { engine, csr } = machine([0]);
  assert.equal(engine.run(10), 0);
  assert.equal(csr(MCAUSE), 2n);
});

test('the exit word ends the run before the next instruction', () => {
  const { state, engine } = machine([asm('addi', { rd: 1, rs1: 0, imm: 1 })]);
  state.exit = EXIT_STOP;
  assert.equal(engine.run(10), 0);
});

test('code that was just written is what runs', () => {
  const word = asm('addi', { rd: 5, rs1: 0, imm: 42 });
  const { state, engine } = machine([
    asm('auipc', { rd: 1, imm: 0 }),
    asm('sw', { rs1: 1, rs2: 2, imm: 8 }),
    asm('addi', { rd: 5, rs1: 0, imm: 1 }),
  ]);
  state.x[2] = BigInt(word);
  engine.run(3);
  assert.equal(state.x[5], 42n);
});

test('floating point is illegal while the unit is off', () => {
  const { cpu, state, engine, csr } = machine([asm('fmv.d.x', { fd: 3, rs1: 1 })]);
  state.x[1] = 5n;
  assert.equal(engine.step(), false);
  assert.deepEqual([csr(MCAUSE), csr(MTVAL)], [2n, BigInt(asm('fmv.d.x', { fd: 3, rs1: 1 }) >>> 0)]);
  cpu.writeCsr(MSTATUS, FS_INITIAL);
  state.pc = BigInt(RAM);
  assert.equal(engine.step(), true);
  assert.deepEqual([state.f[3], state.fpDirty], [5n, 1]);
});

test('a reserved rounding mode is illegal, in the instruction and in frm', () => {
  const operands = { fd: 1, fs1: 2, fs2: 3 };
  for (const [rm, frm, isLegal] of [
    [5, 0, false],
    [6, 0, false],
    [4, 7, true],
    [7, 4, true],
    [7, 5, false],
  ] as const) {
    const { cpu, state, engine } = machine([asm('fadd.d', { ...operands, rm })]);
    cpu.writeCsr(MSTATUS, FS_INITIAL);
    state.frm = frm;
    assert.equal(engine.step(), isLegal, `rm ${rm}, frm ${frm}`);
    assert.equal(state.fpDirty, isLegal ? 1 : 0);
  }
});

test('x0 swallows what is written to it, but the access happens', () => {
  const { state, engine, csr } = machine([
    asm('addi', { rd: 0, rs1: 0, imm: 5 }),
    asm('ld', { rd: 0, rs1: 1, imm: 0 }),
  ]);
  state.x[1] = 0x10n;
  assert.equal(engine.step(), true);
  assert.equal(state.x[0], 0n);
  assert.equal(engine.step(), false);
  assert.deepEqual([csr(MCAUSE), csr(MTVAL)], [5n, 0x10n]);
});

test('atomic accesses must be natural, others need not', () => {
  const { state, engine, csr } = machine([
    asm('ld', { rd: 3, rs1: 1, imm: 1 }),
    asm('amoadd.w', { rd: 3, rs1: 2, rs2: 0, aqrl: 0 }),
  ]);
  state.x[1] = BigInt(RAM);
  state.x[2] = BigInt(RAM + 2);
  assert.equal(engine.step(), true);
  assert.equal(engine.step(), false);
  assert.deepEqual([csr(MCAUSE), csr(MTVAL)], [6n, BigInt(RAM + 2)]);
});

test('without 16-bit encodings, a jump to half an instruction is an exception of the jump', () => {
  for (const [name, operands] of [
    ['jal', { rd: 1, imm: 6 }],
    ['jalr', { rd: 1, rs1: 2, imm: 3 }],
    ['beq', { rs1: 0, rs2: 0, imm: 6 }],
  ] as const) {
    const target = BigInt(RAM + (name === 'jalr' ? 2 : 6));
    const allowed = machine([asm(name, operands)]);
    allowed.state.x[2] = BigInt(RAM);
    assert.equal(allowed.engine.step(), true);
    assert.equal(allowed.state.pc, target, name);
    const refused = machine([asm(name, operands)], 'rv64,c=false');
    refused.state.x[2] = BigInt(RAM);
    assert.equal(refused.engine.step(), false);
    assert.deepEqual([refused.csr(MCAUSE), refused.csr(MTVAL), refused.csr(MEPC)], [0n, target, BigInt(RAM)], name);
    assert.equal(refused.state.x[1], 0n, 'no return address');
  }
  const notTaken = machine([asm('bne', { rs1: 0, rs2: 0, imm: 6 })], 'rv64,c=false');
  assert.equal(notTaken.engine.step(), true);
});
