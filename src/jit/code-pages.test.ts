import { CodeClaims } from '../mem/code-claims.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BugError } from '../base/errors.ts';
import { Arena } from '../mem/arena.ts';
import { SEGMENT_WORDS } from '../mem/segment.ts';
import { SoftTlb, TLB_ENTRY_BYTES, TLB_HOLDS_CODE, TLB_WRITE_TAG } from '../mem/tlb.ts';
import { CodePages, type CodePage, type InstalledCode } from './code-pages.ts';
import {
  FIRST_INSTRUCTION,
  HANDLER_PAGE_END,
  HANDLER_STRADDLE,
  HANDLER_UNDECODED,
  RECORD_BYTES,
  RECORD_LINK,
  RECORD_WIDE,
  RecordLayout,
} from './record.ts';
import { quickDecode } from './testing/quick-decode.ts';
import { toyGuest } from './testing/toy-guest.ts';

const JUMP = FIRST_INSTRUCTION + 1;
const ADD = FIRST_INSTRUCTION + 2;
const PAGE_CODE = 1;
/** `add r1, r2, 5` and `jump -2`. */
const ADD_WORD = 0x0005_2103;
const JUMP_WORD = 0xfe01;

class Rig {
  readonly arena = new Arena(8 << 20);
  readonly pointers = {
    tlb: 0,
    codeTlb: 0,
    secondTlb: 0,
    secondTlbGeneration: 0,
    codeGeneration: 0,
    segment: new Uint32Array(SEGMENT_WORDS),
  };
  readonly tlb = new SoftTlb(this.arena, this.pointers);
  readonly view = new DataView(this.arena.memory.buffer);
  readonly flags: Uint8Array;
  readonly released: number[] = [];
  /** First byte and first one after it, in the pages of guest memory, of links that do not lead where they did. */
  readonly unlinked: [number, number][] = [];
  readonly pages: CodePages;
  readonly granules: number;
  /** Host address of 16 pages of guest memory. */
  readonly host: number;

  constructor(capacity = 8) {
    const { arena } = this;
    const flags = arena.allocate(arena.limit / 4096);
    this.flags = new Uint8Array(arena.memory.buffer, flags, arena.limit / 4096);
    this.granules = arena.allocate((arena.limit / 4096) * 8);
    this.pages = new CodePages({
      arena,
      guest: toyGuest,
      layout: new RecordLayout(toyGuest),
      capacity,
      pageFlags: this.flags,
      granules: this.granules,
      claims: new CodeClaims(arena, this.flags, this.granules).of(0),
      isParallel: false,
      tlb: this.tlb,
      unlinked: (first, end) => this.unlinked.push([first - this.host, end - this.host]),
      release: ({ slot }) => this.released.push(slot),
    });
    this.pages.quick = quickDecode(arena, toyGuest, new RecordLayout(toyGuest), this.granules);
    this.host = arena.allocate(16 * 4096, 4096);
    this.tlb.select(0, 0, 0, 0);
  }

  add(offset: number): void {
    this.view.setUint32(this.host + offset, ADD_WORD, true);
  }
  jump(offset: number): void {
    this.view.setUint16(this.host + offset, JUMP_WORD, true);
  }
  page(index = 0, mode = 0): CodePage {
    return this.pages.find(this.host + 4096 * index, mode);
  }
  record(page: CodePage, offset: number): number {
    return page.records + offset * 8;
  }
  handler(page: CodePage, offset: number): number {
    return this.view.getUint16(this.record(page, offset), true);
  }
  link(page: CodePage, offset: number): number {
    return this.view.getInt32(this.record(page, offset) + RECORD_LINK, true);
  }
  /** Indices of the granules of a page that hold code. */
  marked(index = 0): number[] {
    const mask = this.view.getBigUint64(this.granules + 8 * (this.host / 4096 + index), true);
    return Array.from({ length: 64 }, (_, i) => i).filter((i) => (mask >> BigInt(i)) & 1n);
  }
  install(page: CodePage, offset: number, end: number, slot: number): InstalledCode {
    const code = { slot, page, offset, companions: [], isRegion: false, isDropped: false };
    this.pages.install(code, [[page, offset, end]]);
    return code;
  }
  write(offset: number, length = 1): boolean {
    return this.pages.written(this.host + offset, length);
  }
  slot(page: CodePage, offset: number): number {
    return this.view.getUint32(this.record(page, offset) + RECORD_WIDE, true);
  }
}

test('decoding goes on to the end of the line, and marks what it read', () => {
  const rig = new Rig();
  for (let offset = 56; offset < 72; offset += 4) rig.add(offset);
  rig.jump(72);
  rig.add(74);
  const page = rig.page();
  assert.equal(rig.handler(page, 56), HANDLER_UNDECODED);
  rig.pages.decode(rig.record(page, 56));
  for (let offset = 56; offset < 72; offset += 4) assert.equal(rig.handler(page, offset), ADD);
  assert.equal(rig.handler(page, 58), HANDLER_UNDECODED);
  assert.equal(rig.handler(page, 72), JUMP);
  assert.equal(rig.handler(page, 74), HANDLER_UNDECODED);
  assert.deepEqual(rig.marked(), [0, 1]);
  assert.equal(rig.flags[rig.host / 4096], PAGE_CODE);
});

test('records are shared by mode and page, and apart otherwise', () => {
  const rig = new Rig();
  assert.equal(rig.page(0, 1), rig.page(0, 1));
  assert.notEqual(rig.page(0, 1), rig.page(0, 2));
  assert.notEqual(rig.page(0, 1), rig.page(1, 1));
  assert.equal(rig.pages.size, 3);
  const page = rig.page(1, 1);
  assert.equal(rig.pages.pageOf(rig.record(page, 4094)), page);
  assert.equal(rig.pages.offsetOf(page, rig.record(page, 4094)), 4094);
});

test('stores look for code from when a page has records', () => {
  const rig = new Rig();
  rig.tlb.fillData(0x5000, 0, rig.host, true, true, false, 4096);
  const tag = (): bigint => rig.view.getBigInt64(rig.pointers.tlb + 5 * TLB_ENTRY_BYTES + TLB_WRITE_TAG, true);
  assert.equal(tag(), 0x5000n);
  rig.page();
  assert.equal(tag(), 0x5000n | BigInt(TLB_HOLDS_CODE));
});

test('a write drops what its granule holds and nothing else', () => {
  const rig = new Rig();
  for (let offset = 0; offset < 256; offset += 4) rig.add(offset);
  rig.jump(256);
  const page = rig.page();
  const other = rig.page(0, 3);
  for (let offset = 0; offset < 256; offset += 64) {
    rig.pages.decode(rig.record(page, offset));
    rig.pages.decode(rig.record(other, offset));
  }
  rig.install(page, 0, 64, 1);
  rig.install(page, 60, 80, 2);
  rig.install(page, 128, 140, 3);
  rig.install(other, 64, 68, 4);
  assert.equal(rig.write(300), false);
  assert.equal(rig.write(100), true);
  assert.deepEqual(rig.marked(), [0, 2, 3]);
  assert.deepEqual(
    rig.released.toSorted((a, b) => a - b),
    [2, 4],
  );
  for (const [offset, handler] of [
    [56, ADD],
    [64, HANDLER_UNDECODED],
    [124, HANDLER_UNDECODED],
    [128, ADD],
  ] as const) {
    assert.equal(rig.handler(page, offset), handler, String(offset));
    assert.equal(rig.handler(other, offset), handler, String(offset));
  }
  assert.deepEqual(
    [0, 60, 128].map((offset) => rig.link(page, offset)),
    [1, 0, 3],
  );
  assert.equal(rig.link(other, 64), 0);
  assert.equal(rig.write(100), false);
  assert.equal(rig.pages.invalidations, 1);
});

test('an instruction that reaches into a granule that is written goes with it', () => {
  const rig = new Rig();
  rig.add(62);
  rig.jump(66);
  const page = rig.page();
  rig.pages.decode(rig.record(page, 62));
  assert.equal(rig.write(64), true);
  assert.equal(rig.handler(page, 62), HANDLER_UNDECODED);
});

test('a record that is dropped keeps its operands for the instruction that is still at it', () => {
  const rig = new Rig();
  rig.add(0);
  rig.jump(4);
  const page = rig.page();
  rig.pages.decode(page.records);
  const before = rig.view.getBigUint64(page.records, true);
  rig.write(0);
  assert.equal(rig.handler(page, 0), HANDLER_UNDECODED);
  assert.equal(rig.view.getBigUint64(page.records, true) >> 16n, before >> 16n);
});

test('a write across pages drops in both', () => {
  const rig = new Rig();
  rig.jump(4094);
  rig.jump(4096);
  const [first, second] = [rig.page(0), rig.page(1)];
  rig.pages.decode(rig.record(first, 4094));
  rig.pages.decode(rig.record(second, 0));
  assert.equal(rig.write(4090, 8), true);
  assert.equal(rig.handler(first, 4094), HANDLER_UNDECODED);
  assert.equal(rig.handler(second, 0), HANDLER_UNDECODED);
});

test('the records end with sentinels', () => {
  const rig = new Rig();
  const page = rig.page();
  assert.equal(rig.handler(page, 4096), HANDLER_PAGE_END);
  assert.equal(rig.handler(page, 4098), HANDLER_PAGE_END);
});

test('an instruction across pages depends on both', () => {
  const rig = new Rig();
  rig.add(4094);
  const [first, second] = [rig.page(0), rig.page(1)];
  const record = rig.record(first, 4094);
  rig.pages.decode(record);
  assert.equal(rig.handler(first, 4094), HANDLER_STRADDLE);
  assert.equal(rig.pages.canTranslate(record), false);
  assert.equal(rig.pages.instructionAt(first, 4094), undefined);
  const slot = rig.slot(first, 4094);
  assert.equal(rig.view.getUint32(slot, true), 0);
  rig.pages.join(record, second);
  assert.equal(rig.view.getUint32(slot, true), second.records);
  assert.equal(rig.view.getUint16(slot + RECORD_BYTES, true), ADD);
  assert.equal(rig.view.getUint16(slot + 3 * RECORD_BYTES, true), HANDLER_PAGE_END);
  // The second half is written: it is put together anew, in the same place.
  assert.equal(rig.write(4097), true);
  assert.equal(rig.view.getUint32(slot, true), 0);
  assert.equal(rig.handler(first, 4094), HANDLER_STRADDLE);
  rig.pages.join(record, second);
  // The first half is written.
  assert.equal(rig.write(4095), true);
  assert.equal(rig.handler(first, 4094), HANDLER_UNDECODED);
  rig.pages.decode(record);
  assert.equal(rig.slot(first, 4094), slot);
  assert.equal(rig.view.getUint32(slot, true), 0);
});

test('slots of different instructions are different, however often they are made', () => {
  const rig = new Rig();
  for (let page = 1; page < 8; page++) rig.add(4096 * page - 2);
  const slots = new Set<number>();
  for (let round = 0; round < 50; round++) {
    for (let index = 0; index < 7; index++) {
      const page = rig.page(index);
      rig.pages.decode(rig.record(page, 4094));
      rig.pages.join(rig.record(page, 4094), rig.page(index + 1));
      slots.add(rig.slot(page, 4094));
      rig.write(4096 * index + 4094);
    }
  }
  assert.equal(slots.size, 7);
  assert.equal(rig.pages.resets, 0);
});

test('the second page of an instruction may change back and forth without anything growing', () => {
  const rig = new Rig();
  rig.add(4094);
  const [first, second, third] = [rig.page(0), rig.page(1), rig.page(2)];
  const record = rig.record(first, 4094);
  rig.pages.decode(record);
  for (let i = 0; i < 1000; i++) rig.pages.join(record, i % 2 === 0 ? second : third);
  assert.equal(second.straddles.size + third.straddles.size, 2);
  // What no longer counts is harmless.
  rig.write(4096);
  rig.pages.join(record, third);
  assert.equal(rig.view.getUint32(rig.slot(first, 4094), true), third.records);
});

test('one instruction alone looks as if it were in its page', () => {
  const rig = new Rig();
  const records = rig.pages.alone(ADD_WORD, 0x234);
  const at = records + 0x234 * 8;
  assert.equal(records & 1, 0);
  assert.equal(rig.view.getUint16(at, true), ADD);
  assert.equal(rig.view.getUint16(at + 2 * RECORD_BYTES, true), HANDLER_PAGE_END);
  assert.equal(rig.pages.pageOf(at), undefined);
});

test('a page too many: two go, first such as nothing is translated from, else in turn', () => {
  const rig = new Rig(4);
  for (let index = 0; index < 5; index++) {
    rig.jump(4096 * index);
    const page = rig.page(index);
    rig.pages.decode(page.records);
    if (index !== 1 && index !== 2) rig.install(page, 0, 2, 10 + index);
    rig.tlb.fillCode(4096 * index, 0, page.records, 4096);
  }
  assert.equal(rig.pages.resets, 1);
  assert.equal(rig.pages.size, 3);
  assert.deepEqual(rig.released, []);
  assert.deepEqual(rig.marked(1), []);
  assert.equal(rig.flags[rig.host / 4096 + 1], 0);
  assert.deepEqual(rig.marked(4), [0]);
  // What the instruction TLB knew is gone, but for what came after.
  assert.equal(rig.view.getBigInt64(rig.pointers.codeTlb, true), -1n);
  assert.equal(rig.view.getBigInt64(rig.pointers.codeTlb + 4 * 16, true), 0x4000n);
  const again = rig.page(1);
  assert.equal(rig.handler(again, 0), HANDLER_UNDECODED);
  assert.equal(rig.link(again, 0), 0);
  assert.equal(rig.write(4096), false);
  rig.install(again, 0, 2, 20);
  // All are translated from now: two go in turn.
  rig.page(2);
  assert.equal(rig.released.length, 2);
  assert.equal(rig.pages.size, 3);
  assert.throws(() => new Rig(1), BugError);
});

test('pages come and go for long, and what straddles them is never what it was', () => {
  const rig = new Rig(5);
  for (let page = 1; page < 16; page++) rig.add(4096 * page - 2);
  for (let round = 0; round < 300; round++) {
    const index = (round * 7) % 15;
    const page = rig.page(index);
    const record = rig.record(page, 4094);
    rig.pages.decode(record);
    const { resets } = rig.pages;
    const next = rig.page(index + 1);
    if (rig.pages.resets !== resets) continue;
    rig.pages.join(record, next);
    rig.install(page, 0, 2, round);
    assert.equal(rig.view.getUint32(rig.slot(page, 4094), true), next.records);
    assert.ok(rig.pages.size <= 5);
  }
  rig.pages.reset();
  assert.equal(rig.pages.size, 0);
  assert.ok(rig.flags.every((flag) => flag === 0));
});

test('a page whose translations are written again and again is left alone; one that is used anew is not', () => {
  const rig = new Rig();
  const page = rig.page();
  for (let round = 0; round < 40; round++) {
    // Another program in the same page: every granule is written.
    for (let offset = 0; offset < 4096; offset += 64) rig.install(page, offset, offset + 8, 1);
    for (let offset = 0; offset < 4096; offset += 8) rig.write(offset, 8);
  }
  assert.equal(rig.pages.isCold(page), false);
  for (let round = 0; round < 64; round++) {
    rig.install(page, 0, 8, 1);
    rig.write(0);
  }
  assert.equal(rig.pages.isCold(page), true);
  assert.equal(page.parts.length, 0);
  // Writes to what is only decoded do not count.
  const other = rig.page(1);
  rig.jump(4096);
  for (let round = 0; round < 200; round++) {
    rig.pages.decode(other.records);
    rig.write(4096);
  }
  assert.equal(rig.pages.isCold(other), false);
});

test('a page is still known to hold code when room for it was made by forgetting it in another mode', () => {
  const rig = new Rig(2);
  rig.page(0, 0);
  rig.page(1, 0);
  rig.page(0, 1);
  assert.equal(rig.pages.known(rig.host, 0), undefined);
  assert.equal(rig.flags[rig.host / 4096]! & PAGE_CODE, PAGE_CODE);
});

test('whatever changes a link that led to translated code is told of', () => {
  const rig = new Rig();
  const page = rig.page(1);
  const at = 4096 + 0x20;
  const one = rig.install(page, 0x20, 0x30, 5);
  rig.pages.cut(one);
  assert.deepEqual(rig.unlinked.splice(0), [[at, at + 1]]);
  // It leads nowhere meanwhile.
  rig.pages.restore(one);
  assert.deepEqual(rig.unlinked, []);
  const other = rig.install(page, 0x20, 0x30, 6);
  assert.deepEqual(rig.unlinked.splice(0), [[at, at + 1]]);
  rig.pages.drop(one);
  assert.deepEqual(rig.unlinked, []);
  rig.pages.drop(other);
  assert.deepEqual(rig.unlinked.splice(0), [[at, at + 1]]);
  rig.install(page, 0x20, 0x30, 7);
  rig.write(at);
  assert.deepEqual(rig.unlinked.splice(0)[0], [4096, 4096 + 64]);
  rig.install(page, 0x60, 0x64, 8);
  rig.pages.reset();
  assert.deepEqual(rig.unlinked, [[4096 + 0x60, 4096 + 0x61]]);
});
