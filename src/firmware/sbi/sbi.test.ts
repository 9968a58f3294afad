import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handOver } from './boot-state.ts';
import { extensions } from './extensions.ts';
import { FakeSbiHost } from './fake-host.ts';
import { HART_STARTED, HART_STOP_PENDING, HART_SUSPENDED } from './host.ts';
import { FW_ILLEGAL_INSN } from './pmu-events.ts';
import { Sbi } from './sbi.ts';

const ONES = 2n ** 64n - 1n;

function machine(harts = 1) {
  const host = new FakeSbiHost(harts);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const sbi = new Sbi(host, memory, 64);
  sbi.reset();
  /** Calls by name; gives `[error, value]`, or what the hart does instead. */
  const call = (extension: string, fn: string, ...args: (number | bigint)[]) => callFrom(0, extension, fn, ...args);
  const callFrom = (hart: number, extension: string, fn: string, ...args: (number | bigint)[]) => {
    const declared = extensions.find(({ name }) => name === extension);
    const id = declared?.functions.find(({ name }) => name === fn)?.id;
    assert.ok(declared !== undefined && id !== undefined, `${extension} ${fn}`);
    return raw(hart, BigInt(declared.id), BigInt(id), args);
  };
  const raw = (hart: number, eid: bigint, fid: bigint, args: readonly (number | bigint)[] = []) => {
    const x = new BigUint64Array(32).fill(0x5555n);
    args.forEach((arg, i) => {
      x[10 + i] = BigInt.asUintN(64, BigInt(arg));
    });
    x[16] = fid;
    x[17] = eid;
    const before = x.slice();
    const went = sbi.call(hart, x);
    const after = [BigInt.asIntN(64, x[10]!), BigInt.asIntN(64, x[11]!)] as const;
    x[10] = before[10]!;
    x[11] = before[11]!;
    assert.deepEqual(x, before, 'other registers are preserved');
    return went === 'return' ? after : went;
  };
  const logged = () => host.log.splice(0);
  return { host, sbi, call, callFrom, raw, logged };
}

test('what is not there is not supported', () => {
  const { raw } = machine();
  assert.deepEqual(raw(0, 0x12345678n, 0n), [-2n, 0n]);
  assert.deepEqual(raw(0, 0x10n, 7n), [-2n, 0n]);
  assert.deepEqual(raw(0, 0x54494d45n, 1n << 32n), [-2n, 0n]);
  assert.deepEqual(raw(0, 9n, 0n), [-2n, 0n]);
});

test('every function is declared once, with its arguments', () => {
  const ids = extensions.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const { name, functions, doc } of extensions) {
    assert.notEqual(doc, '', name);
    assert.deepEqual(
      functions.map(({ id }) => id),
      functions.map((_fn, i) => i),
      name,
    );
    for (const fn of functions) assert.ok(fn.doc !== '' && Object.keys(fn.args).length <= 6, fn.name);
  }
});

test('base: versions, identity, probing', () => {
  const { call } = machine();
  assert.deepEqual(call('base', 'get_spec_version'), [0n, 0x0200_0000n]);
  assert.deepEqual(call('base', 'get_impl_id'), [0n, 0x54494e41n]);
  assert.deepEqual(call('base', 'get_impl_version'), [0n, 1n]);
  assert.deepEqual(call('base', 'get_mvendorid'), [0n, 0n]);
  assert.deepEqual(call('base', 'get_marchid'), [0n, 0x70216n]);
  assert.deepEqual(call('base', 'get_mimpid'), [0n, 0x70216n]);
  for (const { id } of extensions) assert.deepEqual(call('base', 'probe_extension', id), [0n, 1n]);
  assert.deepEqual(call('base', 'probe_extension', 0x53555350), [0n, 0n]);
  assert.deepEqual(call('base', 'probe_extension', 0x10n | (1n << 32n)), [0n, 0n]);
});

test('time: the timer takes all 64 bits', () => {
  const { call, raw, logged } = machine();
  assert.deepEqual(call('time', 'set_timer', ONES), [0n, 0n]);
  assert.deepEqual(raw(0, 0n, 77n, [5]), [0n, 0x5555n]);
  assert.deepEqual(logged(), [`timer 0 ${ONES}`, 'timer 0 5']);
});

test('ipi: masks, bases, harts that are stopped or not there', () => {
  const { host, call, logged } = machine(4);
  host.states.fill(HART_STARTED);
  host.states[2] = HART_STOP_PENDING;
  host.states[3] = HART_SUSPENDED;
  const sends = (mask: number | bigint, base: number | bigint) => {
    assert.deepEqual(call('ipi', 'send_ipi', mask, base), [0n, 0n]);
    return logged();
  };
  assert.deepEqual(sends(0b1111, 0), ['ipi 0', 'ipi 1', 'ipi 3']);
  assert.deepEqual(sends(0, ONES), ['ipi 0', 'ipi 1', 'ipi 3']);
  assert.deepEqual(sends(0b11, 3), ['ipi 3']);
  assert.deepEqual(sends(1n << 63n, 0), []);
  assert.deepEqual(sends(ONES, 1000), []);
  assert.deepEqual(sends(0b1100, ONES - 1n), ['ipi 0', 'ipi 1']);
  assert.deepEqual(sends(0, 0), []);
});

test('rfence: ranges are whole pages, all ones and twice zero are everything', () => {
  const { call, raw, logged } = machine(2);
  call('rfnc', 'remote_fence_i', 3, 0);
  call('rfnc', 'remote_sfence_vma', 1, 0, 0, 0);
  call('rfnc', 'remote_sfence_vma', 1, 0, 0x1234, ONES);
  call('rfnc', 'remote_sfence_vma', 1, 0, 0x1fff, 2);
  call('rfnc', 'remote_sfence_vma', 2, 0, 0x1000, 1);
  assert.deepEqual(call('rfnc', 'remote_sfence_vma_asid', 0, ONES, 0x4000, 0x1000, 7), [0n, 0n]);
  assert.deepEqual(logged(), [
    'fence.i [0]',
    'sfence.vma [0] all',
    'sfence.vma [0] all',
    'sfence.vma [0] 0x1000+0x2000',
    'sfence.vma [] 0x1000+0x1000',
    'sfence.vma [0] 0x4000+0x1000 asid 7',
  ]);
  for (const fid of [3n, 4n, 5n, 6n, 7n]) assert.deepEqual(raw(0, 0x52464e43n, fid), [-2n, 0n]);
});

test('hsm: a hart starts once, where it may', () => {
  const { host, call, logged } = machine(2);
  assert.deepEqual(call('hsm', 'hart_get_status', 1), [0n, 1n]);
  assert.deepEqual(call('hsm', 'hart_start', 1, 0x0200_0000, 0), [-5n, 0n]);
  assert.deepEqual(call('hsm', 'hart_start', 2, 0x8000_0000, 0), [-3n, 0n]);
  assert.deepEqual(call('hsm', 'hart_start', 1, 0x8000_0000, 0x99), [0n, 0n]);
  assert.deepEqual(logged(), ['start 1 at 0x80000000 with 0x99']);
  assert.deepEqual(call('hsm', 'hart_start', 1, 0x8000_0000, 0), [-6n, 0n]);
  host.states[1] = HART_STOP_PENDING;
  assert.deepEqual(call('hsm', 'hart_start', 1, 0x8000_0000, 0), [-3n, 0n]);
  assert.deepEqual(call('hsm', 'hart_get_status', 1), [0n, 3n]);
  assert.deepEqual(call('hsm', 'hart_get_status', 2), [-3n, 0n]);
});

test('hsm: the calling hart stops and suspends', () => {
  const { callFrom, logged } = machine(2);
  const suspend = (type: number | bigint, address = 0x8000_0000n) =>
    callFrom(0, 'hsm', 'hart_suspend', type, address, 5);
  assert.deepEqual(suspend(0), [0n, 0n]);
  for (const reserved of [1, 0x0fff_ffff, 0x8000_0001, 0x8fff_ffff]) assert.deepEqual(suspend(reserved), [-3n, 0n]);
  for (const platform of [0x1000_0000, 0x7fff_ffff, 0x9000_0000]) assert.deepEqual(suspend(platform), [-2n, 0n]);
  assert.deepEqual(suspend(0x8000_0000, 0x0200_0000n), [-5n, 0n]);
  assert.equal(suspend(0x8000_0000), 'away');
  assert.deepEqual(suspend(0), [-1n, 0n]);
  assert.deepEqual(callFrom(1, 'hsm', 'hart_stop'), [-1n, 0n]);
  assert.deepEqual(logged(), ['suspend 0', 'suspend 0 until 0x80000000']);
  const other = machine();
  assert.equal(other.call('hsm', 'hart_stop'), 'away');
  assert.deepEqual(other.logged(), ['stop 0']);
});

test('srst: types and reasons', () => {
  const { call, raw, logged } = machine();
  for (const type of [3, 0xf000_0000, 1n << 32n, ONES])
    assert.deepEqual(call('srst', 'system_reset', type, 0), [-3n, 0n]);
  for (const reason of [2, 0xe000_0000, 1n << 32n]) {
    assert.deepEqual(call('srst', 'system_reset', 0, reason), [-3n, 0n]);
  }
  assert.deepEqual(raw(0, 0x53525354n, 1n), [-2n, 0n]);
  assert.deepEqual(logged(), []);
  assert.equal(call('srst', 'system_reset', 0, 0), 'away');
  assert.equal(call('srst', 'system_reset', 1, 1), 'away');
  assert.equal(call('srst', 'system_reset', 2, 0), 'away');
  assert.equal(raw(0, 8n, 5n), 'away');
  assert.deepEqual(logged(), ['reset 0', 'reset 1 after a failure', 'reset 2', 'reset 0']);
});

test('dbcn: memory goes out and comes in', () => {
  const { host, call } = machine();
  host.memory.set(new TextEncoder().encode('one\ntwo'), 16);
  assert.deepEqual(call('dbcn', 'console_write', 7, 0x8000_0010, 0), [0n, 7n]);
  assert.deepEqual(call('dbcn', 'console_write_byte', 0x10a), [0n, 0n]);
  assert.equal(host.printed, 'one\r\ntwo\r\n');
  host.typed = [1, 2, 3];
  assert.deepEqual(call('dbcn', 'console_read', 2, 0x8000_0000, 0), [0n, 2n]);
  assert.deepEqual(call('dbcn', 'console_read', 9, 0x8000_0002, 0), [0n, 1n]);
  assert.deepEqual([...host.memory.subarray(0, 4)], [1, 2, 3, 0]);
  for (const fn of ['console_write', 'console_read']) {
    assert.deepEqual(call('dbcn', fn, 1, 0x8000_0000, 1), [-1n, 0n]);
    assert.deepEqual(call('dbcn', fn, 1, 0x8001_0000, 0), [-3n, 0n]);
    assert.deepEqual(call('dbcn', fn, 2, 0x8000_ffff, 0), [-3n, 0n]);
    assert.deepEqual(call('dbcn', fn, ONES, ONES, 0), [-3n, 0n]);
    assert.deepEqual(call('dbcn', fn, 0, 0, 0), [0n, 0n]);
  }
});

test('legacy: a1 stays, masks are read through the page tables, a fault is the guest’s', () => {
  const { host, raw, logged } = machine(2);
  host.states.fill(HART_STARTED);
  host.memory[0] = 2;
  host.typed = [0x41];
  assert.deepEqual(raw(0, 1n, 0n, [0x42]), [0n, 0x5555n]);
  assert.equal(host.printed, 'B');
  assert.deepEqual(raw(0, 2n, 0n), [0x41n, 0x5555n]);
  assert.deepEqual(raw(0, 2n, 0n), [-1n, 0x5555n]);
  assert.deepEqual(raw(0, 3n, 0n), [0n, 0x5555n]);
  assert.deepEqual(raw(0, 4n, 0n, [0x8000_0000]), [0n, 0x5555n]);
  assert.deepEqual(raw(0, 5n, 0n, [0, 0]), [0n, 0n]);
  assert.deepEqual(raw(0, 6n, 0n, [0x8000_0000, 0x1000, 0x1000]), [0n, 0x1000n]);
  assert.deepEqual(raw(0, 7n, 0n, [0x8000_0000, 0, 0, 9]), [0n, 0n]);
  assert.deepEqual(raw(0, 4n, 0n, [0x100]), { cause: 13, value: 0x100n });
  assert.deepEqual(logged(), [
    'clear ipi 0',
    'ipi 1',
    'fence.i [0 1]',
    'sfence.vma [1] 0x1000+0x1000',
    'sfence.vma [1] all asid 9',
  ]);
});

test('pmu: the counters there are', () => {
  const { call } = machine();
  assert.deepEqual(call('pmu', 'num_counters'), [0n, 35n]);
  const info = (counter: number | bigint) => call('pmu', 'counter_get_info', counter);
  assert.deepEqual(info(0), [0n, 0x3fc00n]);
  assert.deepEqual(info(1), [-3n, 0n]);
  assert.deepEqual(info(2), [0n, 0x3fc02n]);
  assert.deepEqual(info(18), [0n, 0x3fc12n]);
  assert.deepEqual(info(19), [0n, BigInt.asIntN(64, (1n << 63n) | 0x3f000n)]);
  assert.deepEqual(info(35), [-3n, 0n]);
});

test('pmu: firmware events are counted while their counter runs', () => {
  const { sbi, call } = machine();
  const all = (1n << 35n) - 1n;
  const match = (event: number, flags = 0) => call('pmu', 'counter_config_matching', 0, all, flags, event, 0);
  assert.deepEqual(match(0xf0005), [0n, 19n]);
  assert.deepEqual(match(0xf0004, 6), [0n, 20n]);
  assert.deepEqual(call('pmu', 'counter_start', 19, 1, 1, 40), [0n, 0n]);
  call('time', 'set_timer', 0);
  sbi.count(0, FW_ILLEGAL_INSN);
  assert.deepEqual(call('pmu', 'counter_fw_read', 19), [0n, 41n]);
  assert.deepEqual(call('pmu', 'counter_fw_read', 20), [0n, 1n]);
  assert.deepEqual(call('pmu', 'counter_fw_read_hi', 20), [0n, 0n]);
  assert.deepEqual(call('pmu', 'counter_stop', 19, 1, 0), [0n, 0n]);
  call('time', 'set_timer', 0);
  assert.deepEqual(call('pmu', 'counter_fw_read', 19), [0n, 41n]);
  assert.deepEqual(call('pmu', 'counter_stop', 19, 1, 1), [0n, 0n]);
  assert.deepEqual(call('pmu', 'counter_fw_read', 19), [-3n, 0n]);
  assert.deepEqual(match(0xf0006), [0n, 19n]);
  for (const event of [0xf0016, 0xfffff, 0x40000, 11, 0x20001, 0x10038]) assert.deepEqual(match(event), [-3n, 0n]);
});

test('pmu: hardware counters are configured, started and stopped', () => {
  const { host, call, logged } = machine();
  assert.deepEqual(call('pmu', 'counter_config_matching', 0, 7, 0, 1, 0), [0n, 0n]);
  assert.deepEqual(call('pmu', 'counter_config_matching', 0, 7, 0, 2, 0), [0n, 2n]);
  assert.deepEqual(call('pmu', 'counter_config_matching', 3, 0b111, 0, 0x10019, 0), [0n, 5n]);
  assert.deepEqual(call('pmu', 'counter_config_matching', 3, 0b111, 0, 0x10000, 0), [-2n, 0n]);
  assert.deepEqual(call('pmu', 'counter_config_matching', 19, 1, 0, 1, 0), [-2n, 0n]);
  assert.deepEqual(call('pmu', 'counter_config_matching', 0, 1n << 35n, 0, 1, 0), [-3n, 0n]);
  assert.deepEqual(call('pmu', 'counter_config_matching', 5, 1, 1, 0x10019, 0), [0n, 5n]);
  assert.deepEqual(call('pmu', 'counter_config_matching', 6, 1, 1, 0x10019, 0), [-3n, 0n]);
  assert.deepEqual(call('pmu', 'counter_start', 0, 1, 0, 0), [-7n, 0n]);
  assert.deepEqual(call('pmu', 'counter_start', 5, 1, 1, 9), [0n, 0n]);
  assert.equal(host.inhibited & 0x20, 0);
  assert.deepEqual(call('pmu', 'counter_stop', 5, 1, 1), [0n, 0n]);
  assert.deepEqual(call('pmu', 'counter_stop', 0, 1, 0), [0n, 0n]);
  assert.deepEqual(call('pmu', 'counter_stop', 0, 1, 0), [-8n, 0n]);
  assert.deepEqual(call('pmu', 'counter_start', 1, 1, 0, 0), [-3n, 0n]);
  assert.deepEqual(call('pmu', 'counter_start', 0, 0, 0, 0), [-3n, 0n]);
  assert.deepEqual(call('pmu', 'counter_start', 0, 1, 2, 0), [-9n, 0n]);
  assert.deepEqual(call('pmu', 'counter_stop', 0, 1, 2), [-9n, 0n]);
  assert.deepEqual(call('pmu', 'snapshot_set_shmem', 0, 0, 0), [-2n, 0n]);
  assert.deepEqual(logged(), ['event 5 = 0x10019', 'counter 5 = 9', 'event 5 = 0x0']);
  assert.equal(host.inhibited, 0xffff_fff9);
});

test('pmu: each hart counts what it sends and receives', () => {
  const { host, call, callFrom } = machine(2);
  host.states.fill(HART_STARTED);
  const all = (1n << 35n) - 1n;
  const open = (hart: number, event: number) => callFrom(hart, 'pmu', 'counter_config_matching', 0, all, 6, event, 0);
  for (const event of [0xf0006, 0xf0008, 0xf0009]) open(0, event);
  for (const event of [0xf0007, 0xf0009]) open(1, event);
  call('rfnc', 'remote_fence_i', 3, 0);
  call('ipi', 'send_ipi', 3, 0);
  const read = (hart: number, counter: number) => callFrom(hart, 'pmu', 'counter_fw_read', counter);
  assert.deepEqual(
    [read(0, 19), read(0, 20), read(0, 21)],
    [
      [0n, 2n],
      [0n, 1n],
      [0n, 1n],
    ],
  );
  assert.deepEqual(
    [read(1, 19), read(1, 20)],
    [
      [0n, 2n],
      [0n, 1n],
    ],
  );
});

test('a hart is handed over with the supervisor’s registers clear', () => {
  const entry = { address: 0x8020_0000n, opaque: 0x87e0_0000n };
  const { csrs, ...rest } = handOver(3, entry, { sstc: true });
  assert.deepEqual(rest, { pc: entry.address, privilege: 1, a0: 3n, a1: entry.opaque });
  assert.equal(csrs['stvec'], entry.address);
  assert.equal(csrs['menvcfg'], 1n << 63n);
  assert.equal(handOver(0, entry, { sstc: false }).csrs['menvcfg'], 0n);
  assert.equal('stimecmp' in handOver(0, entry, { sstc: true, wakes: true }).csrs, false);
});
