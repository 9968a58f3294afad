import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Access } from '../../mem/cpu.ts';
import { S, U } from './state.ts';
import { HartRig, RAM, RAM_SIZE } from './testing/hart-rig.ts';

const ROOT = RAM + 0x10_0000;
const V = 1n;
const R = 2n;
const W = 4n;
const X = 8n;
const USER = 16n;
const A = 64n;
const D = 128n;

const pte = (physical: number, flags: bigint): bigint => ((BigInt(physical) >> 12n) << 10n) | flags;

class Paged extends HartRig {
  readonly mode: number;
  #next = ROOT + 0x1000;

  constructor(mode = 8) {
    super();
    this.mode = mode;
    this.write('satp', (BigInt(mode) << 60n) | BigInt(ROOT / 4096));
    this.write('medeleg', 0xb3ffn);
    this.set('privilege', S);
  }

  /** Maps an address with an entry at a level, making the tables above it. */
  map(address: bigint, entry: bigint, level = 0): number {
    let table = ROOT;
    for (let at = this.mode - 6; ; at--) {
      const slot = table + 8 * Number((address >> BigInt(12 + 9 * at)) & 511n);
      if (at === level) {
        this.poke(slot, entry);
        return slot;
      }
      if (this.peek(slot) === 0n) {
        this.poke(slot, pte(this.#next, V));
        this.#next += 0x1000;
      }
      table = Number((this.peek(slot) >> 10n) & 0xfff_ffff_ffffn) * 4096;
    }
  }

  /** The physical address, or the cause of the exception. */
  go(address: bigint, access: Access = 'load', size = 1): string {
    const privilege = this.get('privilege');
    const status = this.get('mstatus');
    const low = Number(BigInt.asIntN(32, address));
    const high = Number(BigInt.asIntN(32, address >> 32n));
    if (this.cpu.translate(low, high, access, size)) return this.cpu.translation.physical.toString(16);
    const name = this.cpu.privilege === S ? 's' : 'm';
    assert.equal(this.read(`${name}tval`), BigInt.asUintN(64, address));
    this.set('privilege', privilege);
    this.set('mstatus', status);
    return `cause ${this.read(`${name}cause`)}`;
  }
}

test('Sv39, Sv48 and Sv57 translate pages of every size', () => {
  for (const mode of [8, 9, 10]) {
    for (let level = 0; level <= mode - 6; level++) {
      const rig = new Paged(mode);
      const size = 2n ** BigInt(12 + 9 * level);
      const address = BigInt.asIntN(12 + 9 * (mode - 5), 0x1ff_abcd_1234_5678n) & ~(size - 1n);
      // Only low memory is at hand, and a superpage must be aligned.
      const physical = level === 0 ? RAM + 0x5000 : Math.floor(RAM / Number(size)) * Number(size);
      rig.map(address, pte(physical, V | R | W | X | A | D), level);
      const offset = 0xabc_dead_beefn & (size - 1n);
      assert.equal(rig.go(address + offset), (physical + Number(offset)).toString(16), `${mode} ${level}`);
      assert.equal(rig.cpu.translation.pageSize, Number(size));
      assert.equal(rig.cpu.translation.permissions, 7);
    }
  }
});

test('addresses that are not canonical fault', () => {
  for (const mode of [8, 9, 10]) {
    const rig = new Paged(mode);
    const bits = BigInt(12 + 9 * (mode - 5));
    const top = 1n << (bits - 1n);
    rig.map(0n, pte(RAM, V | R | A));
    rig.map(-4096n, pte(RAM, V | R | A));
    assert.equal(rig.go(0n), '80000000');
    assert.equal(rig.go(-4096n), '80000000');
    for (const address of [top, -top - 1n, 1n << 63n, top << 1n, (1n << 40n) ^ (-1n << 60n)]) {
      assert.equal(rig.go(address), 'cause 13', address.toString(16));
    }
  }
});

test('permissions: each access, each privilege, SUM and MXR', () => {
  const rig = new Paged();
  const rights: bigint[] = [R, R | W, X, R | X, R | W | X];
  for (const user of [0n, USER]) {
    for (const right of rights) {
      rig.map(0x1000n, pte(RAM, V | right | user | A | D));
      for (const privilege of [U, S]) {
        for (const status of [0, 1 << 18, 1 << 19, (1 << 18) | (1 << 19)]) {
          rig.set('privilege', privilege);
          rig.set('mstatus', status);
          const sum = (status & (1 << 18)) !== 0;
          const mxr = (status & (1 << 19)) !== 0;
          const data = user !== 0n ? privilege === U || sum : privilege === S;
          const code = (user !== 0n) === (privilege === U);
          const expected = {
            fetch: code && (right & X) !== 0n,
            load: data && ((right & R) !== 0n || (mxr && (right & X) !== 0n)),
            store: data && (right & W) !== 0n,
          };
          const granted = (expected.load ? 1 : 0) | (expected.store ? 2 : 0) | (expected.fetch ? 4 : 0);
          const causes = { fetch: 12, load: 13, store: 15 };
          for (const access of ['fetch', 'load', 'store'] as const) {
            const outcome = rig.go(0x1000n, access);
            assert.equal(outcome, expected[access] ? '80000000' : `cause ${causes[access]}`);
            if (expected[access]) assert.equal(rig.cpu.translation.permissions, granted);
          }
        }
      }
    }
  }
});

test('accessed and dirty bits are set; nothing may be stored before D is', () => {
  const rig = new Paged();
  const slot = rig.map(0x1000n, pte(RAM, V | R | W | X));
  assert.equal(rig.go(0x1000n, 'fetch'), '80000000');
  assert.equal(rig.peek(slot) & (A | D), A);
  assert.equal(rig.cpu.translation.permissions, 5);
  rig.go(0x1000n, 'load');
  assert.equal(rig.cpu.translation.permissions, 5);
  rig.go(0x1000n, 'store');
  assert.equal(rig.peek(slot) & (A | D), A | D);
  assert.equal(rig.cpu.translation.permissions, 7);
  const readOnly = rig.map(0x2000n, pte(RAM, V | R));
  assert.equal(rig.go(0x2000n, 'store'), 'cause 15');
  assert.equal(rig.peek(readOnly) & (A | D), 0n);
});

test('reserved and malformed entries fault', () => {
  const rig = new Paged();
  const bad = [
    0n,
    pte(RAM, R | A),
    pte(RAM, V | W | A),
    pte(RAM, V | W | X | A),
    pte(RAM, V | R | A) | (1n << 63n),
    pte(RAM, V | R | A) | (1n << 61n),
    pte(RAM, V | R | A) | (1n << 54n),
    pte(RAM, V),
  ];
  for (const entry of bad) {
    rig.map(0x1000n, entry);
    assert.equal(rig.go(0x1000n), 'cause 13', entry.toString(16));
  }
  for (const flags of [A, D, USER]) {
    rig.map(0x4000_0000n, pte(ROOT + 0x8000, V | flags), 2);
    assert.equal(rig.go(0x4000_0000n), 'cause 13');
  }
  rig.map(0x8000_0000n, pte(RAM + 0x1000, V | R | A), 1);
  assert.equal(rig.go(0x8000_0000n), 'cause 13', 'misaligned superpage');
});

test('a table that is not RAM is an access fault', () => {
  const rig = new Paged();
  for (const table of [0, 0x1000_0000, 0x2_0000_0000, 2 ** 55]) {
    rig.map(0x4000_0000n, pte(table, V), 2);
    assert.equal(rig.go(0x4000_0000n), 'cause 5');
    assert.equal(rig.go(0x4000_0000n, 'store'), 'cause 7');
    assert.equal(rig.go(0x4000_0000n, 'fetch'), 'cause 1');
  }
});

test('PMP guards tables, their accessed bits, and what is mapped', () => {
  const rig = new Paged();
  const closed = RAM + 0x20_0000;
  rig.write('pmpcfg0', 0n);
  // Entry 0: read only, 4 KiB from `closed`. Entry 1: everything.
  rig.write('pmpaddr0', BigInt(closed / 4) | 0x1ffn);
  rig.write('pmpaddr1', -1n);
  rig.write('pmpcfg0', 0x1f19n);
  rig.map(0x1000n, pte(closed, V | R | W | X | A | D));
  assert.equal(rig.go(0x1000n, 'load'), closed.toString(16));
  assert.equal(rig.cpu.translation.permissions, 1);
  assert.equal(rig.go(0x1000n, 'store'), 'cause 7');
  assert.equal(rig.go(0x1000n, 'fetch'), 'cause 1');
  // A table in the region can be read, but its entries not marked.
  rig.map(0x4000_0000n, pte(closed, V), 2);
  rig.poke(closed, pte(RAM, V | R));
  rig.map(0x8000_0000n, pte(closed, V), 1);
  assert.equal(rig.go(0x8000_0000n), 'cause 5');
  rig.poke(closed, pte(RAM, V | R | A));
  assert.equal(rig.go(0x8000_0000n), RAM.toString(16));
  rig.write('pmpcfg0', 0x1f18n);
  assert.equal(rig.go(0x8000_0000n), 'cause 5');
});

test('MPRV gives loads and stores of M the privilege in MPP', () => {
  const rig = new Paged();
  rig.map(0x1000n, pte(RAM + 0x3000, V | R | A | D | USER));
  rig.set('privilege', 3);
  assert.equal(rig.go(0x1000n), '1000');
  rig.write('mstatus', 1n << 17n);
  assert.equal(rig.go(0x1000n), (RAM + 0x3000).toString(16));
  assert.equal(rig.go(0x1000n, 'fetch'), '1000');
  rig.write('mstatus', (1n << 17n) | 0x800n);
  assert.equal(rig.go(0x1000n), 'cause 13');
});

test('equal keys of the context mean equal translations', () => {
  const rig = new Paged();
  const keys = new Set<string>();
  const visit = (): void => {
    rig.cpu.hart.publishMode();
    keys.add(rig.contexts.key);
  };
  for (const asid of [0n, 1n]) {
    rig.write('satp', (8n << 60n) | (asid << 44n) | BigInt(ROOT / 4096));
    for (const privilege of [U, S, 3]) {
      rig.set('privilege', privilege);
      for (const status of [0, 1 << 18, 1 << 19]) {
        rig.set('mstatus', status);
        visit();
      }
    }
  }
  // U: SUM is nothing to it. S: both. M: neither, nor satp.
  assert.equal(keys.size, 2 * (2 + 3) + 1);
});

test('sfence.vma asks for the least flush', () => {
  const rig = new Paged();
  const fence = (rs1: bigint, address: bigint, rs2: bigint, asid: bigint): string | undefined => {
    rig.contexts.calls.length = 0;
    rig.call('sfence_vma', rs1, address, rs2, asid);
    return rig.contexts.calls.join();
  };
  assert.equal(fence(0n, 0n, 0n, 0n), 'all');
  assert.equal(fence(0n, 0n, 5n, 0x7_0003n), 'asid 3');
  assert.equal(fence(5n, 0x12_3456_7000n, 0n, 0n), `page ${0x12} ${0x3456_7000} -1`);
  assert.equal(fence(5n, 0x1000n, 6n, 0n), `page 0 4096 0`);
});

test('whatever the tables hold, a translation ends and stays below 2^53', () => {
  const rig = new Paged(10);
  const entry = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const inRam = fc.integer({ min: 0, max: RAM_SIZE / 4096 - 1 }).map((page) => pte(RAM + 4096 * page, V));
  const table = fc.array(fc.oneof(entry, inRam), { minLength: 512, maxLength: 512 });
  fc.assert(
    fc.property(table, entry, fc.constantFrom<Access>('fetch', 'load', 'store'), (entries, address, access) => {
      for (const [i, value] of entries.entries()) rig.poke(ROOT + 8 * i, value);
      const outcome = rig.go(BigInt.asIntN(57, address), access);
      assert.ok(outcome.startsWith('cause') || rig.cpu.translation.physical < 2 ** 53);
    }),
    { numRuns: 50 },
  );
});

test('what extends a page is mapped as it is: physical addresses go on, with the same rights', () => {
  const flags = fc.constantFrom(
    V | R | W | A | D,
    V | R | W | A | D,
    V | R | W | A,
    V | R | A | D,
    V | R | W | A | D | USER,
  );
  const run = fc.record({ count: fc.integer({ min: 1, max: 20 }), page: fc.nat(60), flags });
  fc.assert(
    fc.property(fc.array(run, { minLength: 1, maxLength: 8 }), fc.nat(160), fc.nat(3), (runs, place, where) => {
      const rig = new Paged();
      // Across a table's halves, two tables, the end of the positive addresses, or the end of all.
      const base = [0x4000_0000n + 255n * 4096n, 0x401f_f000n, 0x3f_ffff_f000n, -0x2_0000n][where]! & -4096n;
      let at = base - 30n * 4096n;
      for (const { count, page, flags: bits } of runs) {
        for (let i = 0; i < count && (where !== 2 || at < 1n << 38n); i++, at += 4096n) {
          rig.map(at, pte(RAM + (page + i) * 4096, bits));
        }
      }
      const peek = (address: bigint): number => {
        const [low, high] = [Number(BigInt.asIntN(32, address)), Number(BigInt.asIntN(32, address >> 32n))];
        return rig.cpu.peek(low, high, 'load');
      };
      const address = base - 30n * 4096n + BigInt(place) * 4096n;
      const physical = peek(address);
      if (physical < 0) return;
      rig.cpu.extend();
      const { before, after, permissions } = rig.cpu.translation;
      for (let i = -before; i <= after; i += 4096) {
        assert.equal(peek(address + BigInt(i)), physical + i);
        assert.equal(rig.cpu.translation.permissions, permissions);
      }
    }),
  );
});

test('what extends a page ends where another entry of PMP decides', () => {
  const rig = new Paged();
  rig.set('privilege', 3);
  rig.write('pmpaddr0', BigInt(RAM + 0x2008) >> 2n);
  rig.write('pmpaddr1', BigInt(RAM + 0x8000) >> 2n);
  rig.write('pmpaddr2', (1n << 54n) - 1n);
  // Top of range, top of range, all the rest.
  rig.write('pmpcfg0', 0x1f_0b_0fn);
  rig.set('mstatus', 0);
  rig.set('privilege', S);
  rig.write('satp', 0n);
  const around = (offset: number): [number, number] => {
    assert.ok(rig.cpu.peek((RAM + offset) | 0, 0, 'load') >= 0);
    rig.cpu.extend();
    const { before, after } = rig.cpu.translation;
    return [RAM + offset - before, RAM + offset + after];
  };
  assert.deepEqual(around(0x1000), [0, RAM + 0x1000]);
  assert.deepEqual(around(0x4000), [RAM + 0x3000, RAM + 0x7000]);
  assert.equal(around(0x9000)[0], RAM + 0x8000);
});
