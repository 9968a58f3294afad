import { BugError } from '../base/errors.ts';
import type { Guest, Decoded } from '../ir/guest.ts';
import type { Arena } from '../mem/arena.ts';
import { PAGE_CODE, type CpuClaims } from '../mem/code-claims.ts';
import type { SoftTlb } from '../mem/tlb.ts';
import {
  HANDLER_PAGE_END,
  HANDLER_STRADDLE,
  HANDLER_UNDECODED,
  RECORD_BYTES,
  RECORD_LINK,
  RECORD_STEP,
  RECORD_WIDE,
  type RecordLayout,
} from './record.ts';
import { ownRoom, type CodeRoom } from './code-room.ts';
import { LACKS, type Decode } from './decode.ts';
import type { DecodeTables } from './decode-tables.ts';
import { Rewrites } from './rewrites.ts';

const PAGE = 4096;
const GRANULE_SHIFT = 6;
/** The host page of a code page that is not in use. */
const NOWHERE = -1;
/** Share of the pages that is forgotten when there is no room. */
const FORGOTTEN = 1 / 8;
/** Room for an instruction apart from its page: what it depends on, its record, sentinels. */
const SLOT_BYTES = 8 * RECORD_BYTES;

/** Bytes of room that a page takes. */
export function codePageBytes(guest: Guest, layout: RecordLayout): number {
  return layout.pageBytes + (guest.longest / guest.parcel - 1) * SLOT_BYTES;
}

/** A translated function: a block, or the entrance of a region of many. */
export interface InstalledCode {
  readonly slot: number;
  /** The page and offset where it is entered. */
  readonly page: CodePage;
  readonly offset: number;
  /** Functions that are dropped with it: the other entrances of its cluster. */
  readonly companions: readonly InstalledCode[];
  readonly isRegion: boolean;
  isDropped: boolean;
}

/** Bytes of a page that translated code was made from. */
export interface InstalledPart {
  /** First byte in the page and the first one after it. */
  readonly start: number;
  readonly end: number;
  readonly code: InstalledCode;
}

/** Where in a page code begins that was made ahead of time. */
export interface AotPlaces {
  /** Whether the instruction at an offset is part of it, and whether some of it begins there. */
  holds(offset: number): boolean;
  begins(offset: number): boolean;
  /** The page is as it was. */
  readonly isWhole: boolean;
  /** Puts the code that begins at an offset in place; false if there is none. */
  place(offset: number): boolean;
  /** The link at an offset leads to a slot now; below 1: nowhere. */
  linked(offset: number, link: number): void;
  /** As `linked`, of all links from `first` to `last` - 1: they lead nowhere. */
  cut(first: number, last: number): void;
}

/** The records of one physical page in one translation mode. */
export interface CodePage {
  /** Address of its records. */
  readonly records: number;
  /** Address of the page in the shared memory / 4096. */
  hostPage: number;
  mode: number;
  /** Counts invalidations; what was translated from another generation is not installed. */
  generation: number;
  parts: InstalledPart[];
  /** Slots of straddling instructions that end in this page. */
  readonly straddles: Set<number>;
  /** Code was translated from it since translated code of it was last dropped by a write. */
  isFresh: boolean;
  /** What of it was translated ahead of time, while it holds what that was made from. */
  aot?: AotPlaces | undefined;
  /** Its records were left as they were when it was forgotten: they are zeroed when it is used again. */
  isStale: boolean;
}

export interface CodePagesOptions {
  readonly arena: Arena;
  readonly guest: Guest;
  readonly layout: RecordLayout;
  /** Most pages kept; for one more, some are forgotten. */
  readonly capacity: number;
  /** Where their records lie, if not all in the arena. A stretch has room for two pages at least. */
  readonly room?: CodeRoom | undefined;
  /** The flag byte of each host page. */
  readonly pageFlags: Uint8Array;
  /** Address of a u64 for each host page: its 64-byte granules that hold code. */
  readonly granules: number;
  readonly claims: CpuClaims;
  /** Others may store to code while it is read. */
  readonly isParallel: boolean;
  readonly tlb: SoftTlb;
  /** Told of a page that there was none of: what is known of it may be put in place. */
  readonly made?: (page: CodePage) => void;
  /** Told that of the links of bytes `first` to `end` - 1 in memory some led to translated code that do no more. */
  readonly unlinked?: ((first: number, end: number) => void) | undefined;
  /** Told of translated code that is dropped: its slot is free. */
  readonly release: (code: InstalledCode) => void;
}

/**
 * Predecoded code by physical page and translation mode: code survives TLB flushes, and address
 * spaces that map the same page share it. A write to a 64-byte granule that holds code drops what
 * was made from that granule and nothing else.
 */
export class CodePages {
  /** Times that a write dropped code, and that whole pages were forgotten. */
  invalidations = 0;
  resets = 0;
  readonly #options: CodePagesOptions;
  readonly #room: CodeRoom;
  /**
   * A stretch is the records of its pages, then their slots: for each page one for every place where an instruction
   * that straddles may begin.
   */
  readonly #pagesPerStretch: number;
  readonly #slotsPerPage: number;
  /** Of each stretch that was taken, by its number: the index of its first page. */
  readonly #firstPages: number[] = [];
  /** Addresses of stretches in the order in which they were taken. */
  readonly #stretches: number[] = [];
  /** A slot for an instruction apart from its page. */
  readonly #lone: number;
  readonly #pages: CodePage[] = [];
  readonly #free: CodePage[] = [];
  /** The page to begin with when room is made. */
  #hand = 0;
  readonly #byKey = new Map<number, CodePage>();
  readonly #byHostPage = new Map<number, CodePage[]>();
  readonly #rewrites = new Rewrites();
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #granules: Int32Array;
  readonly #decoded: Decoded = { instruction: 0, length: 0, operands: new Int32Array(8) };

  constructor(options: CodePagesOptions) {
    const { arena, guest, layout, capacity, granules } = options;
    // An instruction that straddles needs both of its pages.
    if (capacity < 2) throw new BugError('code pages for fewer than two pages');
    this.#options = options;
    this.#slotsPerPage = guest.longest / guest.parcel - 1;
    const bytes = codePageBytes(guest, layout);
    this.#room = options.room ?? ownRoom(arena, capacity * bytes);
    this.#pagesPerStretch = Math.floor(this.#room.stretchBytes / bytes);
    this.#lone = arena.allocate(SLOT_BYTES);
    // Records are found through 32-bit addresses.
    if (arena.used > 2 ** 32) throw new BugError('code pages lie above 4 GiB');
    const { buffer } = arena.memory;
    this.#view = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#granules = new Int32Array(buffer, granules, (arena.limit / PAGE) * 2);
  }

  /** Pages in use. */
  get size(): number {
    return this.#pages.length - this.#free.length;
  }

  /** One of those in use; undefined at a place where none is now. */
  page(index: number): CodePage | undefined {
    const page = this.#pages[index];
    return page?.hostPage === NOWHERE ? undefined : page;
  }

  /** The page whose records include the one at `record`. */
  pageOf(record: number): CodePage | undefined {
    const { base, stretchBytes } = this.#room;
    const stretch = Math.floor((record - base) / stretchBytes);
    const first = this.#firstPages[stretch];
    if (first === undefined) return undefined;
    const inStretch = Math.floor((record - base - stretch * stretchBytes) / this.#options.layout.pageBytes);
    return inStretch < this.#pagesPerStretch ? this.#pages[first + inStretch] : undefined;
  }

  /** Offset in its page of the instruction that a record stands for. */
  offsetOf(page: CodePage, record: number): number {
    return (record - page.records) >>> this.#options.layout.shift;
  }

  /** Records of a host page in a mode, made if they do not exist. */
  find(host: number, mode: number): CodePage {
    const hostPage = Math.floor(host / PAGE);
    const key = hostPage * 16 + mode;
    return this.#byKey.get(key) ?? this.#make(hostPage, mode, key);
  }

  /** A block of a cold page was entered so often that it would be translated. */
  refused(page: CodePage): void {
    this.#rewrites.refused(page.hostPage);
  }

  /** Whether a page is rewritten so often that nothing is translated from it. */
  isCold(page: CodePage): boolean {
    return this.#rewrites.isCold(page.hostPage);
  }

  #make(hostPage: number, mode: number, key: number): CodePage {
    const { layout, capacity, claims, tlb } = this.#options;
    if (this.#free.length === 0 && (this.#pages.length === capacity || !this.#hasStretch())) this.#makeRoom();
    // Room may have been made by giving up the claim to this very page.
    if (!this.#byHostPage.has(hostPage) && claims.claim(hostPage)) tlb.watchPage(hostPage);
    let page = this.#free.pop();
    if (page === undefined) {
      const index = this.#pages.length;
      const stretch = this.#stretches[Math.floor(index / this.#pagesPerStretch)]!;
      const records = stretch + (index % this.#pagesPerStretch) * layout.pageBytes;
      page = {
        records,
        hostPage,
        mode,
        generation: 0,
        parts: [],
        straddles: new Set(),
        isFresh: false,
        isStale: false,
      };
      this.#pages.push(page);
    } else {
      page.hostPage = hostPage;
      page.mode = mode;
      if (page.isStale) this.#bytes.fill(0, page.records, page.records + layout.pageBytes);
      page.isStale = false;
    }
    for (let at = layout.perPage * RECORD_BYTES; at < layout.pageBytes; at += RECORD_BYTES) {
      this.#view.setUint16(page.records + at, HANDLER_PAGE_END, true);
    }
    this.#byKey.set(key, page);
    const sharing = this.#byHostPage.get(hostPage);
    if (sharing === undefined) this.#byHostPage.set(hostPage, [page]);
    else sharing.push(page);
    this.#options.made?.(page);
    return page;
  }

  /** Whether there is room for the records of one more page than there are. */
  #hasStretch(): boolean {
    const pages = this.#pages.length;
    if (pages < this.#stretches.length * this.#pagesPerStretch) return true;
    const address = this.#room.take();
    if (address < 0) {
      if (pages === 0) throw new BugError('no room for any code page');
      return false;
    }
    this.#stretches.push(address);
    this.#firstPages[(address - this.#room.base) / this.#room.stretchBytes] = pages;
    return true;
  }

  /** The runtime's `decode`, and its tables; undefined: instructions are decoded one by one. */
  quick: { readonly decode: Decode; readonly tables: DecodeTables } | undefined;

  /** Decodes from a record on, an instruction at least and at most to the end of the straight line; gives the bytes of whole ones. */
  decode(record: number): number {
    const page = this.pageOf(record)!;
    const first = this.offsetOf(page, record);
    const end = this.quick === undefined ? first : this.#decodeQuickly(page, first);
    return end > first ? end - first : this.#decodeOne(page, first, record);
  }

  /** Gives the offset that it came to: `first` if the first instruction has to be decoded otherwise. */
  #decodeQuickly(page: CodePage, first: number): number {
    const { decode, tables } = this.quick!;
    for (let offset = first; ;) {
      const end = decode(tables.address, this.recordAt(page, offset), page.hostPage, offset);
      offset = end % LACKS;
      if (end < LACKS || !tables.learn(this.#wordAt(page.hostPage * PAGE + offset))) return offset;
    }
  }

  #decodeOne(page: CodePage, offset: number, record: number): number {
    const { guest, layout } = this.#options;
    const decoded = this.#decoded;
    const host = page.hostPage * PAGE + offset;
    this.#mark(page.hostPage, offset, offset);
    const length = guest.lengthOf(this.parcelAt(host));
    if (offset + length > PAGE) {
      this.#straddle(page, record, offset);
      return 0;
    }
    this.#mark(page.hostPage, offset, offset + length - 1);
    guest.decode(this.#word(host, length), decoded);
    layout.write(this.#view, record, decoded.instruction, decoded.length, decoded.operands);
    return length;
  }

  /** The smallest piece of an instruction at a host address. */
  parcelAt(host: number): number {
    const { parcel } = this.#options.guest;
    if (parcel === 2) return this.#view.getUint16(host, true);
    return parcel === 1 ? this.#view.getUint8(host) : this.#view.getUint32(host, true);
  }
  #word(host: number, length: number): number {
    return length === 2 ? this.#view.getUint16(host, true) : this.#view.getUint32(host, true);
  }

  /** The instruction at a host address, which is all in its page. */
  #wordAt(host: number): number {
    return this.#word(host, this.#options.guest.lengthOf(this.parcelAt(host)));
  }

  #straddle(page: CodePage, at: number, offset: number): void {
    const { guest, layout } = this.#options;
    const index = this.#pages.indexOf(page);
    const stretch = this.#stretches[Math.floor(index / this.#pagesPerStretch)]!;
    const slots = stretch + this.#pagesPerStretch * layout.pageBytes;
    const place = (index % this.#pagesPerStretch) * this.#slotsPerPage + (PAGE - offset) / guest.parcel - 1;
    const slot = slots + place * SLOT_BYTES;
    this.#view.setUint32(slot, 0, true);
    this.#view.setUint16(at, HANDLER_STRADDLE, true);
    this.#view.setUint32(at + RECORD_WIDE, slot, true);
  }

  /**
   * Decodes a word that is executed once, for a page whose bytes may not all be executed: the address
   * that the page's records would have if the instruction at `offset` were one of them.
   */
  alone(word: number, offset: number): number {
    this.#place(this.#lone, word);
    return this.#lone + RECORD_BYTES - offset * 2 ** this.#options.layout.shift;
  }

  /** Decodes a word into a slot. */
  #place(slot: number, word: number): void {
    const view = this.#view;
    const at = slot + RECORD_BYTES;
    this.#options.guest.decode(word, this.#decoded);
    const { instruction, length, operands } = this.#decoded;
    this.#options.layout.write(view, at, instruction, length, operands);
    view.setInt32(at + RECORD_LINK, 0, true);
    view.setUint16(at + view.getUint8(at + RECORD_STEP), HANDLER_PAGE_END, true);
  }

  /** Puts code that was made ahead of time in place at a record, if there is some and nothing else; true if so. */
  place(page: CodePage, offset: number): boolean {
    return page.aot !== undefined && this.linkAt(page, offset) <= 0 && page.aot.place(offset);
  }

  /** False for an instruction that straddles pages. */
  canTranslate(record: number): boolean {
    return this.#view.getUint16(record, true) !== HANDLER_STRADDLE;
  }

  /** Puts together the instruction at `record` from the end of its page and the start of `next`. */
  join(record: number, next: CodePage): void {
    const { guest } = this.#options;
    const page = this.pageOf(record)!;
    const view = this.#view;
    const offset = this.offsetOf(page, record);
    const head = PAGE - offset;
    this.#mark(next.hostPage, 0, guest.longest - 1);
    let word = 0;
    for (let i = 0; i < guest.longest && i < 4; i++) {
      const from = i < head ? page.hostPage * PAGE + offset + i : next.hostPage * PAGE + i - head;
      word |= view.getUint8(from) << (8 * i);
    }
    const slot = view.getUint32(record + RECORD_WIDE, true);
    this.#place(slot, word);
    view.setUint32(slot, next.records, true);
    next.straddles.add(slot);
  }

  /**
   * The instruction at an offset of a page, in the reused `Decoded`; undefined if it straddles the
   * end of the page.
   */
  instructionAt(page: Pick<CodePage, 'hostPage'>, offset: number): Decoded | undefined {
    const { guest, isParallel } = this.#options;
    const host = page.hostPage * PAGE + offset;
    if (isParallel) this.#mark(page.hostPage, offset, Math.min(PAGE, offset + guest.longest) - 1);
    const length = guest.lengthOf(this.parcelAt(host));
    if (offset + length > PAGE) return undefined;
    guest.decode(this.#word(host, length), this.#decoded);
    return this.#decoded;
  }

  /** Marks the granules of bytes `from` to `to` of a page as holding code: before they are read. */
  #mark(hostPage: number, from: number, to: number): void {
    const words = this.#granules;
    for (let granule = from >> GRANULE_SHIFT; granule <= to >> GRANULE_SHIFT; granule++) {
      const word = hostPage * 2 + (granule >> 5);
      const bit = 1 << (granule & 31);
      if ((words[word]! & bit) === 0) Atomics.or(words, word, bit);
    }
  }

  /** Marks all of a page as holding code. */
  watch({ hostPage }: CodePage): void {
    this.#mark(hostPage, 0, PAGE - 1);
  }

  /** The slot of the translated code at an offset, or minus how often control came there. */
  linkAt(page: CodePage, offset: number): number {
    return this.#view.getInt32(this.recordAt(page, offset) + RECORD_LINK, true);
  }

  /** The regions that the instruction at an offset is part of. */
  regionsAt(page: CodePage, offset: number): InstalledCode[] {
    const at = page.parts.filter(({ start, end, code }) => code.isRegion && start <= offset && offset < end);
    return [...new Set(at.map(({ code }) => code))].filter(({ isDropped }) => !isDropped);
  }

  /** As `install`, of code that depends on all of some pages. */
  installWhole(code: InstalledCode, from: readonly CodePage[]): void {
    for (const page of from) this.#note(page, 0, PAGE, code);
    this.#setLink(code.page, code.offset, code.slot);
  }

  /** Enters translated code at its record, and notes the bytes of each page that it depends on. */
  install(code: InstalledCode, parts: readonly (readonly [CodePage, number, number])[]): void {
    for (const [page, start, end] of parts) this.#note(page, start, end, code);
    this.#setLink(code.page, code.offset, code.slot);
  }

  #note(page: CodePage, start: number, end: number, code: InstalledCode): void {
    page.parts.push({ start, end, code });
    page.isFresh = true;
    this.#mark(page.hostPage, start, end - 1);
  }

  /** Address of the link that leads to translated code. */
  linkOf({ page, offset }: InstalledCode): number {
    return this.recordAt(page, offset) + RECORD_LINK;
  }

  /** Takes translated code out of use. */
  drop(code: InstalledCode): void {
    if (code.isDropped) return;
    code.isDropped = true;
    if (this.#view.getInt32(this.linkOf(code), true) === code.slot) this.#setLink(code.page, code.offset, 0);
    this.#options.release(code);
    for (const other of code.companions) this.drop(other);
  }

  /** Cuts the link to translated code, as if control had come there once. */
  cut({ page, offset }: InstalledCode): void {
    this.#setLink(page, offset, -1);
  }

  /** Makes control go to translated code again. */
  restore({ page, offset, slot }: InstalledCode): void {
    this.#setLink(page, offset, slot);
  }

  /** Lets go of code that was dropped. */
  sweep(): void {
    for (const page of this.#pages) {
      if (page.parts.some(({ code }) => code.isDropped)) {
        page.parts = page.parts.filter(({ code }) => !code.isDropped);
      }
    }
  }

  /** Whether control was ever transferred to an offset; cleared when its code changes. */
  wasEntered(page: CodePage, offset: number): boolean {
    return this.linkAt(page, offset) !== 0 || page.aot?.begins(offset) === true;
  }

  /** Whether an offset was run, or is near what was. */
  wasDecoded(page: CodePage, offset: number): boolean {
    return page.aot?.holds(offset) === true || this.#view.getUint16(this.recordAt(page, offset), true) !== 0;
  }

  /** Address of the record of the instruction at an offset. */
  recordAt(page: CodePage, offset: number): number {
    return page.records + (offset << this.#options.layout.shift);
  }

  /** The page of a host address in a mode, if there is one. */
  known(host: number, mode: number): CodePage | undefined {
    return this.#byKey.get(Math.floor(host / PAGE) * 16 + mode);
  }

  #setLink(page: CodePage, offset: number, link: number): void {
    const at = this.recordAt(page, offset) + RECORD_LINK;
    const wasLinked = this.#view.getInt32(at, true) > 0;
    this.#view.setInt32(at, link, true);
    page.aot?.linked(offset, link);
    const host = page.hostPage * PAGE + offset;
    if (wasLinked) this.#options.unlinked?.(host, host + 1);
  }

  /** Bytes of the shared memory were written: drops what was made from them. True if anything was. */
  written(host: number, length: number): boolean {
    let dropped = false;
    const end = host + length;
    for (let at = host; at < end;) {
      const hostPage = Math.floor(at / PAGE);
      const stop = Math.min(end, (hostPage + 1) * PAGE);
      if (this.#options.pageFlags[hostPage]! & PAGE_CODE) {
        const from = at - hostPage * PAGE;
        if (this.#drop(hostPage, from, stop - hostPage * PAGE - 1)) dropped = true;
      }
      at = stop;
    }
    return dropped;
  }

  #drop(hostPage: number, from: number, to: number): boolean {
    const words = this.#granules;
    let hit = false;
    let first = PAGE;
    let last = 0;
    for (let granule = from >> GRANULE_SHIFT; granule <= to >> GRANULE_SHIFT; granule++) {
      const word = hostPage * 2 + (granule >> 5);
      const bit = 1 << (granule & 31);
      // Atomic even where there is nothing to clear: see CodeClaims.
      if ((Atomics.and(words, word, ~bit) & bit) === 0) continue;
      hit = true;
      first = Math.min(first, granule << GRANULE_SHIFT);
      last = Math.max(last, (granule + 1) << GRANULE_SHIFT);
    }
    if (!hit) return false;
    this.#options.claims.written(hostPage, first, last);
    this.dropRange(hostPage, first, last);
    return true;
  }

  /** Bytes of a host page were written, by whomever: drops what was made from them. */
  dropRange(hostPage: number, first: number, last: number): void {
    const pages = this.#byHostPage.get(hostPage);
    if (pages === undefined) return;
    this.invalidations++;
    let isWaste = false;
    for (const page of pages) if (this.#dropRange(page, first, last)) isWaste = true;
    if (isWaste) this.#rewrites.wasted(hostPage);
  }

  /**
   * Forgets records, blocks and straddling instructions made from bytes first to last - 1. True if
   * translating was in vain: once for all that was translated together.
   */
  #dropRange(page: CodePage, first: number, last: number): boolean {
    const { guest, layout } = this.#options;
    const scale = 2 ** layout.shift;
    const before = page.parts.length;
    page.generation++;
    // An instruction that begins before the range may reach into it.
    const from = Math.max(0, first - (guest.longest - guest.parcel));
    // The instruction that is doing the write still looks at the rest of its record.
    for (let at = page.records + from * scale; at < page.records + last * scale; at += RECORD_BYTES) {
      this.#view.setUint16(at, HANDLER_UNDECODED, true);
      this.#view.setInt32(at + RECORD_LINK, 0, true);
    }
    page.aot?.cut(from, last);
    this.#options.unlinked?.(page.hostPage * PAGE + from, page.hostPage * PAGE + last);
    page.parts = page.parts.filter(({ start, end, code }) => {
      if (code.isDropped) return false;
      if (end <= first || start >= last) return true;
      this.drop(code);
      return false;
    });
    if (first === 0) {
      for (const slot of page.straddles) this.#view.setUint32(slot, 0, true);
      page.straddles.clear();
    }
    const isWaste = page.isFresh && page.parts.length < before;
    if (isWaste) page.isFresh = false;
    return isWaste;
  }

  /** As `reset`, between runs: what is zeroed then is left until it is used again. */
  leave(): void {
    this.#forget(this.#inUse(), true);
    this.#rewrites.clear();
  }

  #inUse(): CodePage[] {
    return this.#pages.filter(({ hostPage }) => hostPage !== NOWHERE);
  }

  /** Forgets all code. */
  reset(): void {
    this.#forget(this.#inUse());
    this.#rewrites.clear();
  }

  /** Forgets a share of the pages in turn, first of all such as nothing is translated from. */
  #makeRoom(): void {
    const count = this.#pages.length;
    // Two, or the pages of an instruction that lies across both could take turns in driving each other out.
    const wanted = Math.max(2, Math.ceil(count * FORGOTTEN));
    const inTurn = Array.from({ length: count }, (_, i) => this.#pages[(this.#hand + i) % count]!);
    const isIdle = ({ parts }: CodePage): boolean => parts.every(({ code }) => code.isDropped);
    const pages = [...inTurn.filter(isIdle), ...inTurn.filter((page) => !isIdle(page))].slice(0, wanted);
    this.#hand = (this.#pages.indexOf(pages.at(-1)!) + 1) % count;
    this.#forget(pages);
    this.sweep();
  }

  #forget(pages: readonly CodePage[], isLater = false): void {
    const { layout, claims, tlb } = this.#options;
    this.resets++;
    for (const page of pages) {
      const { hostPage } = page;
      for (const { code } of page.parts) this.drop(code);
      for (const slot of page.straddles) this.#view.setUint32(slot, 0, true);
      if (isLater) page.isStale = true;
      else this.#bytes.fill(0, page.records, page.records + layout.pageBytes);
      page.aot = undefined;
      page.parts = [];
      page.straddles.clear();
      page.generation++;
      this.#byKey.delete(hostPage * 16 + page.mode);
      const sharing = this.#byHostPage.get(hostPage)!;
      sharing.splice(sharing.indexOf(page), 1);
      if (sharing.length === 0) {
        this.#byHostPage.delete(hostPage);
        claims.release(hostPage);
      }
      page.hostPage = NOWHERE;
      this.#free.push(page);
    }
    tlb.dropCode();
  }
}
