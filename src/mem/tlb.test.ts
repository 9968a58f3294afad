import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from './arena.ts';
import { SEGMENT_WORDS } from './segment.ts';
import {
  CODE_TLB_ENTRIES,
  CODE_TLB_ENTRY_BYTES,
  SECOND_TLB_ENTRIES,
  SECOND_TLB_FOLD,
  SoftTlb,
  TLB_ADDEND,
  TLB_ENTRIES,
  TLB_ENTRY_BYTES,
  TLB_GENERATION,
  TLB_HOLDS_CODE,
  TLB_HOST_PAGE,
  TLB_READ_TAG,
  TLB_WRITE_TAG,
} from './tlb.ts';

const CONTEXTS = 16;
const KERNEL = [0, 0, 15, 0x10000] as const;

class Rig {
  readonly pointers = {
    tlb: 0,
    codeTlb: 0,
    secondTlb: 0,
    secondTlbGeneration: 0,
    codeGeneration: 0,
    segment: new Uint32Array(SEGMENT_WORDS),
  };
  readonly tlb: SoftTlb;
  readonly view: DataView;

  constructor() {
    const arena = new Arena(8 << 20);
    this.tlb = new SoftTlb(arena, this.pointers);
    this.view = new DataView(arena.memory.buffer);
    this.tlb.select(...KERNEL);
  }

  #entry(va: bigint): number {
    return this.pointers.tlb + Number((va >> 12n) % BigInt(TLB_ENTRIES)) * TLB_ENTRY_BYTES;
  }
  /** As translated code does: the host address, or undefined when it must take the slow path. */
  #probe(va: bigint, tag: number, size: bigint): bigint | undefined {
    const entry = this.#entry(va);
    if (this.view.getBigInt64(entry + tag, true) !== BigInt.asIntN(64, va & (-4096n | (size - 1n)))) return undefined;
    return BigInt.asUintN(64, va + this.view.getBigInt64(entry + TLB_ADDEND, true));
  }
  read(va: bigint, size = 1n): bigint | undefined {
    return this.#probe(va, TLB_READ_TAG, size);
  }
  write(va: bigint, size = 1n): bigint | undefined {
    return this.#probe(va, TLB_WRITE_TAG, size);
  }
  writeTag(va: bigint): bigint {
    return this.view.getBigInt64(this.#entry(va) + TLB_WRITE_TAG, true);
  }
  hostPage(va: bigint): number {
    return this.view.getUint32(this.#entry(va) + TLB_HOST_PAGE, true);
  }
  code(va: bigint): number | undefined {
    const entry = this.pointers.codeTlb + Number((va >> 12n) % BigInt(CODE_TLB_ENTRIES)) * CODE_TLB_ENTRY_BYTES;
    if (this.view.getBigInt64(entry, true) !== BigInt.asIntN(64, va & -4096n)) return undefined;
    return this.view.getUint32(entry + 8, true);
  }

  /** Host address by the second level, found as the slow paths do. */
  second(va: bigint): bigint | undefined {
    const { secondTlb, secondTlbGeneration } = this.pointers;
    const index = ((va >> 12n) ^ (va >> BigInt(SECOND_TLB_FOLD))) % BigInt(SECOND_TLB_ENTRIES);
    const entry = secondTlb + Number(index) * TLB_ENTRY_BYTES;
    if (this.view.getInt32(entry + TLB_GENERATION, true) !== secondTlbGeneration) return undefined;
    if (this.view.getBigInt64(entry + TLB_READ_TAG, true) !== BigInt.asIntN(64, va & -4096n)) return undefined;
    return BigInt.asUintN(64, va + this.view.getBigInt64(entry + TLB_ADDEND, true));
  }

  fill(va: bigint, host: number, { writable = true, readable = true, code = false, pageSize = 4096 } = {}): void {
    this.tlb.fillData(...halves(va), host, readable, writable, code, pageSize);
  }
  fillCode(va: bigint, records: number, pageSize = 4096): void {
    this.tlb.fillCode(...halves(va), records, pageSize);
  }
  flushPage(va: bigint, asid: number): void {
    this.tlb.flushPage(...halves(va), asid);
  }
}

const halves = (va: bigint): [number, number] => [Number(BigInt.asIntN(32, va)), Number(BigInt.asIntN(32, va >> 32n))];

test('an empty TLB answers nothing, not even at the ends of the address space', () => {
  const rig = new Rig();
  for (const va of [0n, 0xfffn, 2n ** 64n - 8n, 2n ** 63n, 0x8000_0000n]) {
    for (const size of [1n, 2n, 4n, 8n]) {
      assert.equal(rig.read(va, size), undefined);
      assert.equal(rig.write(va, size), undefined);
    }
    assert.equal(rig.code(va), undefined);
  }
});

test('an entry leads from virtual to host addresses, of both widths', () => {
  const rig = new Rig();
  for (const va of [0x1000n, 0xffff_ffff_8020_0000n, 0x3f_ffff_f000n, 2n ** 64n - 4096n]) {
    for (const host of [0x1000, 0x7fff_f000, 0x8000_0000, 0xffff_f000, 2 ** 32, 3 * 2 ** 32 + 0x5000]) {
      rig.fill(va + 0x123n, host);
      assert.equal(rig.read(va + 0x455n), BigInt(host) + 0x455n);
      assert.equal(rig.write(va + 0xff8n, 8n), BigInt(host) + 0xff8n);
      assert.equal(rig.hostPage(va), host / 4096);
      assert.equal(rig.read(va + 0x1000n), undefined);
    }
  }
});

test('permissions are apart, and a misaligned access is never quick', () => {
  const rig = new Rig();
  rig.fill(0x4000n, 0x8000, { writable: false });
  assert.equal(rig.read(0x4008n, 8n), 0x8008n);
  assert.equal(rig.write(0x4008n, 8n), undefined);
  rig.fill(0x4000n, 0x8000, { readable: false });
  assert.equal(rig.read(0x4008n, 8n), undefined);
  assert.equal(rig.write(0x4008n, 8n), 0x8008n);
  for (const [size, address] of [
    [2n, 0x4001n],
    [4n, 0x4002n],
    [8n, 0x4004n],
    [8n, 0x4ff9n],
  ] as const) {
    assert.equal(rig.write(address, size), undefined);
  }
});

test('each address space has its own entries, and they are there when it comes back', () => {
  const rig = new Rig();
  rig.fill(0x4000n, 0x8000);
  rig.fillCode(0x4000n, 64);
  rig.tlb.select(1, 2, 0, 7);
  assert.equal(rig.read(0x4000n), undefined);
  assert.equal(rig.code(0x4000n), undefined);
  rig.fill(0x4000n, 0x9000);
  rig.tlb.select(...KERNEL);
  assert.equal(rig.read(0x4000n), 0x8000n);
  assert.equal(rig.code(0x4000n), 64);
  rig.tlb.select(1, 2, 0, 7);
  assert.equal(rig.read(0x4000n), 0x9000n);
  // Every key counts, and so does the ASID.
  const others: [number, number, number, number][] = [
    [0, 2, 0, 7],
    [1, 0, 0, 7],
    [1, 2, 1, 7],
    [1, 2, 0, 8],
  ];
  for (const keys of others) {
    rig.tlb.select(...keys);
    assert.equal(rig.read(0x4000n), undefined, keys.join());
  }
});

test('more address spaces than there are contexts: the oldest is forgotten, not confused', () => {
  const rig = new Rig();
  for (let root = 0; root < 3 * CONTEXTS; root++) {
    rig.tlb.select(root, 1, 0, root);
    assert.equal(rig.read(0x4000n), undefined);
    assert.equal(rig.code(0x4000n), undefined);
    rig.fill(0x4000n, 0x10000 + root * 4096);
    rig.fillCode(0x4000n, 64 * (root + 1));
  }
  for (let root = 3 * CONTEXTS - 1; root > 2 * CONTEXTS; root--) {
    rig.tlb.select(root, 1, 0, root);
    assert.equal(rig.read(0x4000n), BigInt(0x10000 + root * 4096));
    assert.equal(rig.code(0x4000n), 64 * (root + 1));
  }
});

test('a flush of one page leaves the others, and one of an ASID the other ASIDs', () => {
  const rig = new Rig();
  const fill = (): void => {
    for (const asid of [3, 4]) {
      rig.tlb.select(asid, 0, 0, asid);
      for (const va of [0x4000n, 0x5000n, 0x1_0000_4000n]) {
        rig.fill(va, 0x8000);
        rig.fillCode(va, 64);
      }
    }
  };
  const held = (asid: number): string => {
    rig.tlb.select(asid, 0, 0, asid);
    return [0x4000n, 0x5000n, 0x1_0000_4000n]
      .map((va) => (rig.read(va) === undefined ? '-' : 'd') + (rig.code(va) === undefined ? '-' : 'c'))
      .join(' ');
  };
  fill();
  // 0x4000 was displaced by its alias 4 GiB above, in both TLBs.
  assert.equal(held(3), '-- dc dc');
  rig.flushPage(0x4000n, 3);
  assert.equal(held(3), '-- dc dc');
  rig.flushPage(0x1_0000_4000n, 3);
  assert.deepEqual([held(3), held(4)], ['-- dc --', '-- dc dc']);
  rig.flushPage(0x5abcn, -1);
  assert.deepEqual([held(3), held(4)], ['-- -- --', '-- -- dc']);
  fill();
  rig.tlb.flushAsid(4);
  assert.deepEqual([held(3), held(4)], ['-- dc dc', '-- -- --']);
  fill();
  rig.tlb.flushAll();
  assert.deepEqual([held(3), held(4)], ['-- -- --', '-- -- --']);
});

test('the second level keeps pages that compete for an entry of the first, until they are flushed', () => {
  const rig = new Rig();
  const pages = Array.from({ length: 8 }, (_, i) => 0xffff_ffc0_0010_3000n + (BigInt(i) << 23n));
  const held = (): number => pages.filter((va) => rig.second(va) !== undefined).length;
  const fill = (): void => pages.forEach((va, i) => rig.fill(va, (i + 1) * 0x4000));
  fill();
  assert.equal(pages.filter((va) => rig.read(va) !== undefined).length, 1);
  pages.forEach((va, i) => assert.equal(rig.second(va + 8n), BigInt((i + 1) * 0x4000 + 8)));
  rig.tlb.select(9, 9, 9, 9);
  assert.equal(held(), 0);
  rig.tlb.select(...KERNEL);
  assert.equal(held(), 8);
  rig.flushPage(pages[3]!, KERNEL[3]);
  assert.equal(held(), 7);
  assert.equal(rig.second(pages[3]!), undefined);
  rig.tlb.flushAsid(KERNEL[3]);
  assert.equal(held(), 0);
  fill();
  // Also while another address space is in use.
  rig.tlb.select(9, 9, 9, 9);
  rig.tlb.flushAll();
  rig.tlb.select(...KERNEL);
  assert.equal(held(), 0);
  fill();
  rig.fill(0x4000n, 0x8000, { pageSize: 2 ** 21 });
  rig.flushPage(0x5000n, -1);
  assert.equal(held(), 8 - 8);
});

test('a page that may only be read or only be written is flushed too', () => {
  const rig = new Rig();
  for (const permission of ['readable', 'writable']) {
    rig.fill(0x4000n, 0x8000, { [permission]: false });
    rig.flushPage(0x4000n, -1);
    assert.equal(rig.read(0x4000n) ?? rig.write(0x4000n), undefined);
  }
});

test('any address inside a superpage flushes all of it', () => {
  const gigabyte = 0x4000_0000n;
  for (const fill of ['data', 'code'] as const) {
    const rig = new Rig();
    const enter = (va: bigint, pageSize: number): void => {
      if (fill === 'data') rig.fill(va, 0x8000, { pageSize });
      else rig.fillCode(va, 64, pageSize);
    };
    const held = (va: bigint): boolean => (fill === 'data' ? rig.read(va) : rig.code(va)) !== undefined;
    enter(gigabyte + 0x3000n, 2 ** 21);
    enter(0x9000n, 4096);
    // Another gigabyte has no superpage: what is there goes alone.
    rig.flushPage(0x5000n, -1);
    assert.ok(held(gigabyte + 0x3000n));
    rig.flushPage(gigabyte + 0x1f_0000n, -1);
    assert.ok(!held(gigabyte + 0x3000n));
    // More gigabytes with superpages than are remembered.
    for (let n = 1n; n <= 12n; n++) enter(n * gigabyte + n * 0x1000n, 2 ** 21);
    for (let n = 1n; n <= 12n; n++) assert.ok(held(n * gigabyte + n * 0x1000n));
    rig.flushPage(20n * gigabyte, -1);
    for (let n = 1n; n <= 12n; n++) assert.ok(!held(n * gigabyte + n * 0x1000n));
    // A leaf of 512 GiB.
    enter(0x80_0000_3000n, 2 ** 39);
    rig.flushPage(0xff_8000_0000n, -1);
    assert.ok(!held(0x80_0000_3000n));
  }
});

test('a page that comes to hold code makes stores look, in every address space', () => {
  const rig = new Rig();
  rig.fill(0x4000n, 0x8000);
  rig.fill(0x6000n, 0xa000);
  rig.tlb.select(1, 0, 0, 1);
  rig.fill(0x7000n, 0x8000);
  rig.fill(0x9000n, 0x8000, { writable: false });
  rig.tlb.watchPage(8);
  assert.equal(rig.writeTag(0x7000n), 0x7000n | BigInt(TLB_HOLDS_CODE));
  assert.equal(rig.writeTag(0x9000n), -1n);
  rig.fill(0xb000n, 0x8000, { code: true });
  for (const va of [0x7000n, 0xb000n]) {
    for (let offset = 0n; offset < 4096n; offset += 8n) assert.equal(rig.write(va + offset, 8n), undefined);
    assert.equal(rig.read(va), 0x8000n);
  }
  rig.tlb.select(...KERNEL);
  assert.equal(rig.write(0x4000n), undefined);
  assert.equal(rig.write(0x6000n), 0xa000n);
  rig.flushPage(0x4000n, -1);
  assert.equal(rig.read(0x4000n), undefined);
});

test('instruction pages are forgotten by their records, or all', () => {
  const rig = new Rig();
  rig.fillCode(0x4000n, 64);
  rig.fillCode(0x5000n, 128);
  rig.tlb.select(1, 0, 0, 1);
  rig.fillCode(0x6000n, 64);
  rig.tlb.dropCode(64);
  assert.equal(rig.code(0x6000n), undefined);
  rig.tlb.select(...KERNEL);
  assert.deepEqual([rig.code(0x4000n), rig.code(0x5000n)], [undefined, 128]);
  rig.tlb.dropCode();
  assert.equal(rig.code(0x5000n), undefined);
});

test('who remembers more of instruction mappings is told of all that are dropped', () => {
  const rig = new Rig();
  let told: (number | undefined)[] = [];
  rig.tlb.codeDropped = (page) => void told.push(page);
  const tellings = (act: () => void): (number | undefined)[] => {
    rig.fillCode(0x5000n, 128);
    told = [];
    act();
    return told;
  };
  assert.deepEqual(
    tellings(() => rig.flushPage(0x5123n, -1)),
    [0x5000],
  );
  // Also of what is not in the TLB any more.
  assert.deepEqual(
    tellings(() => rig.flushPage(0xfedc_b000n, -1)),
    [0xfedc_b000],
  );
  assert.deepEqual(
    tellings(() => rig.flushPage(0x1_0000_5000n, -1)),
    [undefined],
  );
  for (const act of [
    () => rig.tlb.flushAll(),
    () => rig.tlb.flushAsid(KERNEL[3]),
    () => rig.tlb.dropCode(),
    () => rig.tlb.dropCode(128),
  ]) {
    assert.deepEqual(tellings(act), [undefined]);
  }
});
