/**
 * The built-in SBI answers what OpenSBI 1.6 answers. A small S-mode program makes every call of a
 * list under native QEMU and prints a0 and a1; the same list goes to the built-in one.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FakeSbiHost } from '../../src/firmware/sbi/fake-host.ts';
import { Sbi } from '../../src/firmware/sbi/sbi.ts';
import { openSbi } from './opensbi.ts';

type Call = readonly [name: string, eid: number | bigint, fid: number | bigint, ...args: (number | bigint)[]];

const ONES = 2n ** 64n - 1n;
const HIGH = 1n << 32n;
const RAM = 0x8030_0000;
const [BASE, TIME, IPI, RFNC, HSM, SRST, PMU, DBCN] = [
  0x10, 0x54494d45, 0x735049, 0x52464e43, 0x48534d, 0x53525354, 0x504d55, 0x4442434e,
];
const FW = 0xf0000;
const NEVER = ONES;

/** Answers that are ours by right: who we are, and what OpenSBI has beyond the specification's 2.0. */
const calls: readonly Call[] = [
  ['spec version', BASE, 0],
  ['vendor', BASE, 4],
  ['architecture', BASE, 5],
  ['implementation', BASE, 6],
  ['unknown base function', BASE, 7],
  ...[BASE, TIME, IPI, RFNC, HSM, SRST, PMU, DBCN, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 0x11, 0x09000000, 0x0a000000].map(
    (eid): Call => [`probe ${eid.toString(16)}`, BASE, 3, eid],
  ),
  ['probe with high bits', BASE, 3, BigInt(TIME) | HIGH],
  ['no such extension', 0x12345678, 0],
  ['extension with high bits', BigInt(TIME) | (0xffffffffn << 32n), 0, NEVER],
  ['reserved legacy', 9, 0],
  ['set timer', TIME, 0, NEVER],
  ['time, unknown function', TIME, 1],
  ['time, function with high bits', TIME, HIGH, NEVER],

  ['ipi to nobody', IPI, 0, 0, 0],
  ['ipi to itself', IPI, 0, 1, 0],
  ['ipi to all', IPI, 0, 0, ONES],
  ['ipi to a hart that is not there', IPI, 0, 2, 0],
  ['ipi to harts there and not', IPI, 0, 3, 0],
  ['ipi to a base that is not there', IPI, 0, 1, 100],
  ['ipi, base wraps', IPI, 0, 4, ONES - 1n],
  ['ipi, unknown function', IPI, 1],
  ['legacy clear ipi', 3, 0],

  ['fence.i', RFNC, 0, 1, 0],
  ['fence.i, all', RFNC, 0, 0, ONES],
  ['fence.i, nobody there', RFNC, 0, 2, 0],
  ['sfence.vma page', RFNC, 1, 1, 0, 0x1000, 0x1000],
  ['sfence.vma all', RFNC, 1, 1, 0, 0, 0],
  ['sfence.vma all ones', RFNC, 1, 1, 0, 0, ONES],
  ['sfence.vma wraps', RFNC, 1, 1, 0, ONES - 10n, 100],
  ['sfence.vma asid', RFNC, 2, 1, 0, 0x1000, 0x5000, 3],
  ['sfence.vma asid of many bits', RFNC, 2, 1, 0, 0x1000, 0x1000, ONES],
  ...[3, 4, 5, 6].map((fid): Call => [`hfence ${fid}`, RFNC, fid, 1, 0, 0, 0, 0]),
  ['rfence, unknown function', RFNC, 7],

  ['status', HSM, 2, 0],
  ['status of a hart that is not there', HSM, 2, 1],
  ['status, high bits', HSM, 2, HIGH],
  ['status of -1', HSM, 2, ONES],
  ['start itself', HSM, 0, 0, RAM, 0],
  ['start itself at nowhere', HSM, 0, 0, 0, 0],
  ['start at a device', HSM, 0, 0, 0x0200_0000, 0],
  ['start a hart that is not there', HSM, 0, 7, RAM, 0],
  ['start a hart that is not there at a device', HSM, 0, 7, 0x0200_0000, 0],
  ['suspend reserved', HSM, 3, 1, 0, 0],
  ['suspend reserved, last', HSM, 3, 0x0fff_ffff, 0, 0],
  ['suspend platform', HSM, 3, 0x1000_0000, 0, 0],
  ['suspend platform, last', HSM, 3, 0x7fff_ffff, 0, 0],
  ['suspend non-retentive reserved', HSM, 3, 0x8000_0001, RAM, 0],
  ['suspend non-retentive platform', HSM, 3, 0x9000_0000, RAM, 0],
  ['suspend non-retentive to a device', HSM, 3, 0x8000_0000, 0x0200_0000, 0],
  ['timer now', TIME, 0, 0],
  ['suspend', HSM, 3, 0, 0, 0],
  ['suspend, high bits', HSM, 3, HIGH, 0, 0],
  ['timer never', TIME, 0, NEVER],
  ['hsm, unknown function', HSM, 4],

  ['reset type 3', SRST, 0, 3, 0],
  ['reset type vendor', SRST, 0, 0xf000_0000, 0],
  ['reset type with high bits', SRST, 0, HIGH, 0],
  ['reset type -1', SRST, 0, ONES, 0],
  ['reset reason 2', SRST, 0, 0, 2],
  ['reset reason vendor', SRST, 0, 1, 0xf000_0000],
  ['reset reason with high bits', SRST, 0, 2, HIGH],
  ['srst, unknown function', SRST, 1, 0, 0],

  ['console write nothing', DBCN, 0, 0, RAM, 0],
  ['console write nothing nowhere', DBCN, 0, 0, 0, 0],
  ['console write', DBCN, 0, 5, RAM, 0],
  ['console write above 64 bits', DBCN, 0, 5, RAM, 1],
  ['console write from a device', DBCN, 0, 5, 0x0200_0000, 0],
  ['console read', DBCN, 1, 16, RAM, 0],
  ['console read above 64 bits', DBCN, 1, 16, RAM, ONES],
  ['console read to a device', DBCN, 1, 16, 0x0200_0000, 0],
  ['console write byte', DBCN, 2, 0x141],
  ['dbcn, unknown function', DBCN, 3],
  ['putchar', 1, 0, 0x42],
  ['putchar, function ignored', 1, 99, 0x43],
  ['getchar', 2, 0],

  ['counters', PMU, 0],
  ...[0, 1, 2, 3, 18, 19, 34, 35, 64, HIGH, ONES].map((idx): Call => [`info ${idx}`, PMU, 1, idx]),
  ['match cycles', PMU, 2, 0, 1, 0, 1, 0],
  ['match cycles, other set', PMU, 2, 3, 1, 0, 1, 0],
  ['match instructions', PMU, 2, 0, 7, 0, 2, 0],
  ['match cycles in firmware counters', PMU, 2, 19, 1, 0, 1, 0],
  ['match no event', PMU, 2, 0, 0xffff, 0, 0, 0],
  ['match references', PMU, 2, 0, 0xffff, 0, 3, 0],
  ['match code too high', PMU, 2, 0, 0xffff, 0, 11, 0],
  ['match counter not there', PMU, 2, 0, 1n << 35n, 0, 1, 0],
  ['match set wraps', PMU, 2, ONES, 3, 0, 1, 0],
  ['match nothing', PMU, 2, 0, 0, 0, 1, 0],
  ['match cache', PMU, 2, 0, 0x7ffff, 0, 0x10019, 0],
  ['match cache again', PMU, 2, 0, 0x7ffff, 0, 0x10019, 0],
  ['match cache, low set', PMU, 2, 3, 3, 0, 0x10019, 0],
  ['match cache not mapped', PMU, 2, 0, 0x7ffff, 0, 0x10000, 0],
  ['match cache bad operation', PMU, 2, 0, 0x7ffff, 0, 0x1001e, 0],
  ['match cache bad cache', PMU, 2, 0, 0x7ffff, 0, 0x10038, 0],
  ['match raw', PMU, 2, 0, 0x7ffff, 0, 0x20000, 1],
  ['match raw code', PMU, 2, 0, 0x7ffff, 0, 0x20001, 1],
  ['match raw 2', PMU, 2, 0, 0x7ffff, 0, 0x30000, 1],
  ['match type 4', PMU, 2, 0, 0x7ffff, 0, 0x40000, 0],
  ['match firmware in hardware set', PMU, 2, 0, 0x7ffff, 0, FW + 5, 0],
  ['match firmware code too high', PMU, 2, 0, (1n << 34n) - 1n, 0, FW + 22, 0],
  ['match firmware platform', PMU, 2, 0, (1n << 34n) - 1n, 0, FW + 0xffff, 7],
  ['start firmware before', PMU, 3, 19, 1, 0, 0],
  ['match firmware', PMU, 2, 0, (1n << 35n) - 1n, 0, FW + 5, 0],
  ['read firmware', PMU, 5, 19],
  ['start firmware', PMU, 3, 19, 1, 1, 100],
  ['start firmware again', PMU, 3, 19, 1, 0, 0],
  ['count a timer', TIME, 0, NEVER],
  ['count a legacy timer', 0, 0, NEVER],
  ['read firmware counted', PMU, 5, 19],
  ['stop firmware', PMU, 4, 19, 1, 0],
  ['stop firmware again', PMU, 4, 19, 1, 0],
  ['not counted', TIME, 0, NEVER],
  ['read firmware stopped', PMU, 5, 19],
  ['match a second, started', PMU, 2, 0, (1n << 35n) - 1n, 6, FW + 8, 0],
  ['count a fence', RFNC, 0, 1, 0],
  ['read a second', PMU, 5, 20],
  ['match a third, started', PMU, 2, 0, (1n << 35n) - 1n, 6, FW + 9, 0],
  ['match a fourth, started', PMU, 2, 0, (1n << 35n) - 1n, 6, FW + 6, 0],
  ['match a fifth, started', PMU, 2, 0, (1n << 35n) - 1n, 6, FW + 11, 0],
  ['fence', RFNC, 0, 1, 0],
  ['ipi', IPI, 0, 1, 0],
  ['sfence', RFNC, 1, 1, 0, 0, 0],
  ['read a third', PMU, 5, 21],
  ['read a fourth', PMU, 5, 22],
  ['read a fifth', PMU, 5, 23],
  ['read hardware', PMU, 5, 0],
  ['read nothing', PMU, 5, 24],
  ['read beyond', PMU, 5, 35],
  ['read high', PMU, 6, 19],
  ['read high beyond', PMU, 6, 99],
  ['start cycles', PMU, 3, 0, 1, 0, 0],
  ['stop cycles', PMU, 4, 0, 1, 0],
  ['stop cycles again', PMU, 4, 0, 1, 0],
  ['start cycles stopped', PMU, 3, 0, 1, 1, 0],
  ['start time', PMU, 3, 1, 1, 0, 0],
  ['start a counter without event', PMU, 3, 3, 1, 0, 0],
  ['start cache', PMU, 3, 18, 1, 1, 0],
  ['start cache again', PMU, 3, 18, 1, 1, 0],
  ['stop cache, reset', PMU, 4, 18, 1, 1],
  ['stop cache after', PMU, 4, 18, 1, 0],
  ['start none', PMU, 3, 0, 0, 0, 0],
  ['start beyond', PMU, 3, 35, 1, 0, 0],
  ['start some not there', PMU, 3, 0, 0xffff_ffff_ffffn, 0, 0],
  ['start from snapshot', PMU, 3, 0, 1, 2, 0],
  ['stop to snapshot', PMU, 4, 0, 1, 2],
  ['stop beyond, to snapshot', PMU, 4, 40, 1, 2],
  ['skip match', PMU, 2, 19, 1, 1, FW + 5, 0],
  ['skip match, free', PMU, 2, 30, 1, 1, FW + 5, 0],
  ['skip match, cycles', PMU, 2, 0, 1, 1, 1, 0],
  ['stop and free', PMU, 4, 19, 1, 1],
  ['skip match, freed', PMU, 2, 19, 1, 1, FW + 5, 0],
  ['read freed', PMU, 5, 19],
  ['reserved flags', PMU, 3, 0, 1, 0xff00, 0],
  ['snapshot', PMU, 7, RAM, 0, 0],
  ['snapshot off', PMU, 7, ONES, ONES, 0],
  ['snapshot flags', PMU, 7, RAM, 0, 1],
  ['pmu, unknown function', PMU, 9],

  ['legacy ipi to all', 4, 0, 0],
  ['legacy ipi', 4, 0, RAM],
  ['legacy fence.i', 5, 0, RAM],
  ['legacy sfence', 6, 0, RAM, 0, 0],
  ['legacy sfence asid', 7, 0, RAM, 0, 0, 1],
];

/** Instruction formats of RV64I, enough for the program below. */
const r = (n: number) => n & 31;
const iType = (op: number, f3: number, rd: number, rs1: number, imm: number) =>
  ((imm & 0xfff) << 20) | (r(rs1) << 15) | (f3 << 12) | (r(rd) << 7) | op;
const sType = (op: number, f3: number, rs2: number, rs1: number, imm: number) =>
  ((imm >> 5) << 25) | (r(rs2) << 20) | (r(rs1) << 15) | (f3 << 12) | ((imm & 31) << 7) | op;
const addi = (rd: number, rs1: number, imm: number) => iType(0x13, 0, rd, rs1, imm);
const ld = (rd: number, rs1: number, imm: number) => iType(0x03, 3, rd, rs1, imm);
const lbu = (rd: number, rs1: number, imm: number) => iType(0x03, 4, rd, rs1, imm);
const sd = (rs2: number, rs1: number, imm: number) => sType(0x23, 3, rs2, rs1, imm);
const sb = (rs2: number, rs1: number, imm: number) => sType(0x23, 0, rs2, rs1, imm);
const sw = (rs2: number, rs1: number, imm: number) => sType(0x23, 2, rs2, rs1, imm);
const lui = (rd: number, imm20: number) => (imm20 << 12) | (rd << 7) | 0x37;
const auipc = (rd: number, imm20: number) => (imm20 << 12) | (rd << 7) | 0x17;
const bnez = (rs1: number, offset: number) =>
  (((offset >> 12) & 1) << 31) |
  (((offset >> 5) & 0x3f) << 25) |
  (r(rs1) << 15) |
  (1 << 12) |
  (((offset >> 1) & 15) << 8) |
  (((offset >> 11) & 1) << 7) |
  0x63;
const csrw = (csr: number, rs1: number) => iType(0x73, 1, 0, rs1, csr);
const ECALL = 0x73;
const [S0, S1, S2, S3, A0, A1, A2, A7, T0] = [8, 9, 18, 19, 10, 11, 12, 17, 5];
const RECORD = 80;
const TABLE = 0x10000;
const MARK = '<<transcript>>';

/** Does every call of the table behind it, then prints the table through the UART and powers off. */
function program(table: Uint8Array): Uint8Array {
  const words: number[] = [];
  const at = () => words.length * 4;
  const tableInto = (register: number) => {
    const here = at();
    words.push(auipc(register, TABLE >> 12), addi(register, register, -here));
  };
  // A timer interrupt wakes a suspended hart, and is never taken.
  words.push(addi(T0, 0, 0x20), csrw(0x104, T0));
  tableInto(S0);
  words.push(ld(S1, S0, 0), addi(S0, S0, 16));
  const loop = at();
  for (let i = 0; i < 8; i++) words.push(ld(A0 + i, S0, i * 8));
  words.push(ECALL, sd(A0, S0, 64), sd(A1, S0, 72), addi(S0, S0, RECORD), addi(S1, S1, -1));
  words.push(bnez(S1, loop - at()));
  tableInto(S2);
  words.push(lui(S3, 0x10000), ld(A2, S2, 8));
  const print = at();
  words.push(lbu(T0, S2, 0), sb(T0, S3, 0), addi(S2, S2, 1), addi(A2, A2, -1));
  words.push(bnez(A2, print - at()));
  words.push(lui(T0, 0x100), lui(A7, 0x5), addi(A7, A7, 0x555), sw(A7, T0, 0), 0x6f);
  const image = new Uint8Array(TABLE + table.length);
  const data = new DataView(image.buffer);
  words.forEach((word, i) => data.setUint32(i * 4, word >>> 0, true));
  image.set(table, TABLE);
  return image;
}

function makeTable(): Uint8Array {
  const mark = new TextEncoder().encode(MARK);
  const table = new Uint8Array(16 + calls.length * RECORD + mark.length);
  const data = new DataView(table.buffer);
  data.setBigUint64(0, BigInt(calls.length), true);
  data.setBigUint64(8, BigInt(table.length), true);
  calls.forEach(([, eid, fid, ...args], i) => {
    const record = 16 + i * RECORD;
    args.forEach((arg, n) => data.setBigUint64(record + n * 8, BigInt(arg), true));
    data.setBigUint64(record + 48, BigInt(fid), true);
    data.setBigUint64(record + 56, BigInt(eid), true);
  });
  table.set(mark, table.length - mark.length);
  return table;
}

/** a1 is unspecified with an error; the legacy extensions leave it alone. */
function line(index: number, error: bigint, value: bigint): string {
  const [name, eid] = calls[index]!;
  const code = BigInt.asIntN(64, error);
  return code < 0n && eid > 15 ? `${name}: ${code}` : `${name}: ${code} 0x${value.toString(16)}`;
}

function underOpenSbi(firmware: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'tinamou-sbi-'));
  try {
    const table = makeTable();
    const kernel = join(directory, 'calls.bin');
    const output = join(directory, 'output');
    writeFileSync(kernel, program(table));
    const run = spawnSync(
      'qemu-system-riscv64',
      ['-M', 'virt', '-cpu', 'rv64,h=off', '-m', '128', '-display', 'none', '-monitor', 'none'].concat([
        '-bios',
        firmware,
        '-kernel',
        kernel,
        '-serial',
        `file:${output}`,
      ]),
      { timeout: 30_000, encoding: 'utf8' },
    );
    assert.equal(run.status, 0, `native QEMU failed: ${run.stderr}`);
    const text = readFileSync(output);
    const end = text.lastIndexOf(MARK);
    assert.ok(end > 0, 'the program did not finish');
    const results = text.subarray(end + MARK.length - table.length);
    const data = new DataView(results.buffer, results.byteOffset);
    return calls.map((_call, i) => {
      const record = 16 + i * RECORD;
      return line(i, data.getBigUint64(record + 64, true), data.getBigUint64(record + 72, true));
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What OpenSBI runs on: RAM where the table's calls expect it, and the cache events of that machine. */
class PeerHost extends FakeSbiHost {
  override isRam(address: number, length: number): boolean {
    return super.isRam(address - 0x30_0000, length);
  }

  override ram(address: number, length: number): Uint8Array {
    return super.ram(address - 0x30_0000, length);
  }

  override loadVirtual(): bigint {
    return 0n;
  }
}

function underOurs(): string[] {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const sbi = new Sbi(new PeerHost(), memory, 0);
  sbi.reset();
  return calls.map(([, eid, fid, ...args], i) => {
    const x = new BigUint64Array(32);
    args.forEach((arg, n) => {
      x[10 + n] = BigInt(arg);
    });
    x[16] = BigInt(fid);
    x[17] = BigInt(eid);
    assert.equal(sbi.call(0, x), 'return', calls[i]![0]);
    return line(i, x[10]!, x[11]!);
  });
}

test('the built-in SBI answers every call as OpenSBI 1.6 does', { timeout: 180_000 }, async () => {
  const { dynamic } = await openSbi();
  assert.deepEqual(underOurs(), underOpenSbi(dynamic));
});
