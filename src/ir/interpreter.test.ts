import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interpreter, type InterpreterHost, type StateField } from './interpreter.ts';
import { parse } from './parse.ts';

/** A host with 64 registers and 256 bytes; addresses from 256 fault. */
class Toy implements InterpreterHost {
  left = false;
  readonly x = new BigUint64Array(64);
  readonly memory = new DataView(new ArrayBuffer(256));
  readonly log: string[] = [];
  reservation = -1n;

  field(name: string): StateField {
    assert.equal(name, 'x');
    return { read: (index) => this.x[index]!, write: (index, value) => void (this.x[index] = value) };
  }
  load(address: bigint, size: number): bigint {
    if (address >= 256n) this.left = true;
    let value = 0n;
    for (let i = 0; i < size && !this.left; i++) {
      value |= BigInt(this.memory.getUint8(Number(address) + i)) << BigInt(8 * i);
    }
    return value;
  }
  store(address: bigint, size: number, value: bigint): void {
    if (address >= 256n) this.left = true;
    for (let i = 0; i < size && !this.left; i++) {
      this.memory.setUint8(Number(address) + i, Number((value >> BigInt(8 * i)) & 0xffn));
    }
  }
  update(address: bigint, size: number, _access: unknown, update: (old: bigint) => bigint): bigint {
    const old = this.load(address, size);
    this.store(address, size, update(old));
    return old;
  }
  loadReserved(address: bigint, size: number): bigint {
    this.reservation = address;
    return this.load(address, size);
  }
  storeConditional(address: bigint, size: number, value: bigint): bigint {
    if (this.reservation !== address) return 1n;
    this.store(address, size, value);
    return 0n;
  }
  fp(name: string, rm: number, operands: readonly bigint[]): bigint {
    this.log.push(`${name} ${rm} ${operands.join(' ')}`);
    return 7n;
  }
  call(): bigint {
    this.left = true;
    return 0n;
  }
}

function run(text: string, toy = new Toy(), pc = 0x1000n): { toy: Toy; outcome: string; target: bigint } {
  const interpreter = new Interpreter(toy);
  const outcome = interpreter.run(interpreter.prepare(parse(text, [HELPER]), 4), pc);
  return { toy, outcome, target: interpreter.target };
}

const HELPER = {
  name: 'stop',
  args: [],
  result: 'none',
  reads: [],
  writes: [],
  faults: true,
  raises: false,
  exits: true,
  counts: false,
  doc: '',
} as const;

test('registers, constants and both arms of an if', () => {
  const text = (condition: number): string => `
    %c = const.i32 ${condition}
    %a = const.i64 -5
    if %c
      set.i64 x[1], %a
    else
      set.i64 x[2], %a
    end
    %p = next_pc.i64
    set.i64 x[3], %p`;
  const yes = run(text(1)).toy;
  assert.deepEqual([...yes.x.subarray(1, 4)], [2n ** 64n - 5n, 0n, 0x1004n]);
  const no = run(text(0));
  assert.deepEqual([...no.toy.x.subarray(1, 4)], [0n, 2n ** 64n - 5n, 0x1004n]);
  assert.deepEqual([no.outcome, no.target], ['next', 0x1004n]);
});

test('loads extend and big-endian ones turn', () => {
  const { toy } = run(`
    %a = const.i64 16
    %v = const.i64 34695  ; 0x8787
    %w = const.i64 128
    store.i64 %a, %v, {2}
    %b = const.i64 24
    store.i64 %b, %w, {4 be}
    %s = load.i64 %a, {2 signed}
    set.i64 x[1], %s
    %u = load.i64 %a, {1}
    set.i64 x[2], %u
    %l = load.i64 %b, {4}
    set.i64 x[3], %l
    %t = load.i64 %b, {4 be}
    set.i64 x[4], %t`);
  assert.deepEqual([...toy.x.subarray(1, 5)], [0xffff_ffff_ffff_8787n, 0x87n, 0x8000_0000n, 128n]);
});

test('atomics give the old value', () => {
  const { toy } = run(`
    %a = const.i64 8
    %v = const.i32 -3
    %o = const.i32 5
    store.i32 %a, %v, {4}
    %1 = atomic_rmw.i32 %a, %o, {4 max_u natural}
    %2 = atomic_rmw.i32 %a, %o, {4 max_s natural}
    %3 = atomic_cas.i32 %a, %v, %o, {4 natural}
    %4 = atomic_cas.i32 %a, %o, %v, {4 natural}
    %5 = load_reserved.i32 %a, {4 natural}
    %6 = store_conditional.i32 %a, %o, {4 natural}
    %w = extend_u.i64 %1
    set.i64 x[1], %w
    %w2 = extend_u.i64 %2
    set.i64 x[2], %w2
    %w3 = extend_u.i64 %3
    set.i64 x[3], %w3
    %w4 = extend_u.i64 %4
    set.i64 x[4], %w4
    %w5 = extend_s.i64 %5
    set.i64 x[5], %w5
    %w6 = extend_u.i64 %6
    set.i64 x[6], %w6`);
  const minus3 = 2n ** 32n - 3n;
  assert.deepEqual([...toy.x.subarray(1, 7)], [minus3, minus3, 5n, 5n, 2n ** 64n - 3n, 0n]);
  assert.equal(toy.memory.getUint32(8, true), 5);
});

test('a unit is left by what faults, with nothing done after it', () => {
  const fault = run(`
    %a = const.i64 256
    %v = load.i64 %a, {8}
    set.i64 x[1], %a`);
  assert.deepEqual([fault.outcome, fault.toy.x[1]], ['left', 0n]);
  const call = run('call stop\n%a = const.i64 1\nset.i64 x[1], %a');
  assert.deepEqual([call.outcome, call.toy.x[1]], ['left', 0n]);
});

test('ways out', () => {
  assert.deepEqual([run('jump plain, -16').outcome, run('jump plain, -16').target], ['target', 0xff0n]);
  assert.deepEqual(run('%c = const.i32 0\nbranch %c, +8').target, 0x1004n);
  assert.deepEqual(run('%c = const.i32 2\nbranch %c, +8').target, 0x1008n);
  assert.deepEqual(run('%a = const.i64 -2\njump_reg return, %a').target, 2n ** 64n - 2n);
  assert.deepEqual(run('exit').outcome, 'exit');
  assert.deepEqual(run('jump plain, -16', new Toy(), 8n).target, 2n ** 64n - 8n);
});

test('floating point is asked of the host', () => {
  const { toy } = run(`
    %a = const.f64 1
    %r = const.i32 3
    %s = fp.f64 f64.add, %a, %a, %r
    %b = bitcast.i64 %s
    set.i64 x[1], %b`);
  assert.deepEqual([toy.log, toy.x[1]], [['f64.add 3 1 1'], 7n]);
});
