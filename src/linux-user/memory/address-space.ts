import { EEXIST, EFAULT, EINVAL, ENOMEM, ENOSYS } from '../errno.ts';
import type { Backing } from './backing.ts';
import type { MappedFiles } from './mapped-files.ts';
import { BEYOND, OTHERS, MAPPED, PAGE, PROT, PROT_EXEC, PROT_WRITE, SHARED, type PageTable } from './pages.ts';

/** Flags of mmap that every architecture of Linux has alike, but for the names of those that differ. */
export const MAP_SHARED = 1;
export const MAP_PRIVATE = 2;
export const MAP_TYPE = 15;
export const MAP_FIXED = 0x10;
export const MAP_ANONYMOUS = 0x20;
export const MAP_GROWSDOWN = 0x100;
export const MAP_FIXED_NOREPLACE = 0x10_0000;

/** Nothing is mapped below: /proc/sys/vm/mmap_min_addr. */
export const LOWEST = 0x1_0000;

/** A file to be mapped. */
export interface MappedFile {
  readonly fd: number;
  readonly position: number;
  /** As /proc/self/maps is to show it. */
  readonly name: string;
  /** Bytes from `position` to the file's end. */
  readonly available: number;
}

/** Names of segments of System V's shared memory, before their numbers. */
const SEGMENT = '/SYSV ';

export interface Segment {
  readonly id: number;
  /** Bytes. */
  readonly length: number;
}

/** Who has to know that pages are mapped otherwise, or hold other bytes. */
export interface Remapped {
  /** Translations of these pages, and code made of them, are to be forgotten by every thread. */
  remapped(firstPage: number, endPage: number): void;
  /** From now on there are pages that are writable and executable. */
  selfModifying(): void;
  /** Other processes may see some of the memory from now on. */
  sharing(): void;
}

/**
 * The addresses of a process: what mmap, munmap, mprotect, mremap and brk do to them. All of it lies in
 * memory that the threads share; the caller holds the process's lock.
 */
export class AddressSpace {
  readonly pages: PageTable;
  readonly files: MappedFiles;
  readonly #backing: Backing;
  readonly #listener: Remapped;
  /** Mappings without a place go below, downwards. */
  readonly #top: number;

  constructor(pages: PageTable, files: MappedFiles, backing: Backing, listener: Remapped) {
    this.pages = pages;
    this.files = files;
    this.#backing = backing;
    this.#listener = listener;
    this.#top = pages.count - 16;
  }

  /** See Backing.protects. */
  get protects(): boolean {
    return this.#backing.protects;
  }

  /** Before anything is mapped. */
  forbidAll(): void {
    this.#backing.protect(0, this.size, 0);
  }

  /** Bytes of addresses that there are. */
  get size(): number {
    return this.pages.count * PAGE;
  }

  /** The address, or a negative errno. */
  map(hint: number, length: number, prot: number, flags: number, file?: MappedFile): number {
    if (!(length > 0)) return -EINVAL;
    const count = Math.ceil(length / PAGE);
    const first = this.#place(hint, count, flags);
    if (first < 0) return first;
    const isShared = (flags & MAP_TYPE) !== MAP_PRIVATE;
    const { pages } = this;
    const at = first * PAGE;
    if (isShared) this.#listener.sharing();
    if (!pages.isFree(first, first + count)) this.#withdraw(first, first + count);
    const failure =
      file === undefined
        ? this.#backing.anonymous(at, count * PAGE, isShared, prot)
        : this.#backing.file(at, count * PAGE, { fd: file.fd, position: file.position, isShared, prot });
    if (failure < 0) return failure;
    this.#watchFor(prot);
    const base = (prot & PROT) | MAPPED | (isShared ? SHARED : 0);
    const mapping = file === undefined ? 0 : this.files.add(file.name, file.position, first);
    pages.set(first, first + count, base, mapping);
    if (file !== undefined) {
      const held = Math.min(count, Math.ceil(file.available / PAGE));
      if (held < count) pages.set(first + held, first + count, base | BEYOND, mapping);
    }
    return at;
  }

  /** Translated code may change by a plain store. */
  #watchFor(prot: number): void {
    if ((prot & (PROT_WRITE | PROT_EXEC)) === (PROT_WRITE | PROT_EXEC)) this.#listener.selfModifying();
  }

  /** First page for a mapping, or a negative errno. */
  #place(hint: number, count: number, flags: number): number {
    const { pages } = this;
    const low = LOWEST / PAGE;
    if ((flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0) {
      if (hint % PAGE !== 0) return -EINVAL;
      const first = hint / PAGE;
      if (!(first >= low && first + count <= pages.count)) return -ENOMEM;
      if ((flags & MAP_FIXED_NOREPLACE) !== 0 && !pages.isFree(first, first + count)) return -EEXIST;
      return first;
    }
    const wanted = Math.ceil(hint / PAGE);
    if (wanted >= low && wanted + count <= this.#top && pages.isFree(wanted, wanted + count)) return wanted;
    const found = pages.findBelow(count, low, this.#top);
    return found < 0 ? -ENOMEM : found;
  }

  /** Attaches a segment of System V's shared memory, at `at` if that is not 0: its address, or a negative errno. */
  attach(at: number, { id, length }: Segment, prot: number, mayReplace: boolean): number {
    const count = Math.ceil(length / PAGE);
    const fixed = mayReplace ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    const first = this.#place(at, count, at === 0 ? 0 : fixed);
    if (first < 0) return first === -EEXIST ? -EINVAL : first;
    const { pages } = this;
    this.#listener.sharing();
    if (!pages.isFree(first, first + count)) this.#withdraw(first, first + count);
    const failure = this.#backing.attach?.(first * PAGE, id, prot) ?? -ENOSYS;
    if (failure < 0) return failure;
    this.#watchFor(prot);
    pages.set(first, first + count, (prot & PROT) | MAPPED | SHARED, this.files.add(`${SEGMENT}${id}`, 0, first));
    return first * PAGE;
  }

  /** Detaches the segment that was attached at an address. */
  detach(address: number): number {
    const { mapping, count } = this.pages;
    const first = address / PAGE;
    const number = mapping[first] ?? 0;
    const record = this.files.at(number);
    if (record === undefined || record.firstPage !== first || !record.name.startsWith(SEGMENT)) return -EINVAL;
    let end = first;
    while (end < count && mapping[end] === number) end++;
    return this.unmap(address, (end - first) * PAGE);
  }

  unmap(address: number, length: number): number {
    const range = this.#range(address, length);
    if (range === undefined) return -EINVAL;
    const [first, end] = range;
    if (this.pages.isFree(first, end)) return 0;
    this.#withdraw(first, end);
    return this.#backing.anonymous(first * PAGE, (end - first) * PAGE, false, 0);
  }

  /** A file of which pages are mapped is so many bytes long now. */
  fileResized(name: string, size: number): void {
    const numbers = this.files.numbersOf(name);
    if (numbers.size === 0) return;
    const { mapping, flags, count } = this.pages;
    for (let page = 0; page < count; page++) {
      if (!numbers.has(mapping[page]!)) continue;
      const { position, firstPage } = this.files.at(mapping[page]!)!;
      const isBeyond = position + (page - firstPage) * PAGE >= size;
      if (isBeyond === ((flags[page]! & BEYOND) !== 0)) continue;
      this.pages.setBeyond(page, isBeyond);
      this.#listener.remapped(page, page + 1);
    }
  }

  /**
   * Takes pages from all threads, before the host does: it must not be the host who finds that a thread does what
   * was allowed a moment ago, for it knows no registers.
   */
  #withdraw(first: number, end: number): void {
    this.pages.set(first, end, 0, 0);
    this.#listener.remapped(first, end);
  }

  protect(address: number, length: number, prot: number): number {
    if (length === 0) return 0;
    const range = this.#range(address, length);
    if (range === undefined) return -EINVAL;
    const [first, end] = range;
    const { flags } = this.pages;
    for (let page = first; page < end; page++) {
      if ((flags[page]! & MAPPED) === 0) return -ENOMEM;
    }
    this.#watchFor(prot);
    // What is taken away is taken from threads before the host forbids it, and given after the host permits it.
    if (this.pages.restrict(first, end, prot)) this.#listener.remapped(first, end);
    const failure = this.#backing.protect(first * PAGE, (end - first) * PAGE, prot);
    if (failure < 0) return failure;
    this.pages.protect(first, end, prot);
    return 0;
  }

  sync(address: number, length: number, flags: number): number {
    const range = this.#range(address, length);
    if (range === undefined) return length === 0 ? 0 : -EINVAL;
    const [first, end] = range;
    if (!this.#isMapped(first, end)) return -ENOMEM;
    return this.#backing.sync(first * PAGE, (end - first) * PAGE, flags);
  }

  advise(address: number, length: number, advice: number): number {
    const range = this.#range(address, length);
    if (range === undefined) return length === 0 ? 0 : -EINVAL;
    const [first, end] = range;
    if (!this.#isMapped(first, end)) return -ENOMEM;
    return this.#backing.advise(first * PAGE, (end - first) * PAGE, advice);
  }

  /** The address, or a negative errno. */
  remap(address: number, oldLength: number, newLength: number, flags: number, to: number): number {
    const MAYMOVE = 1;
    const FIXED = 2;
    const range = this.#range(address, oldLength);
    if (range === undefined || !(newLength > 0) || (flags & (MAYMOVE | FIXED)) === FIXED) return -EINVAL;
    const [first, end] = range;
    const { pages } = this;
    if (!this.#isMapped(first, end)) return -EFAULT;
    const count = Math.ceil(newLength / PAGE);
    const had = end - first;
    if ((flags & FIXED) === 0) {
      if (count <= had) {
        if (count < had) this.unmap((first + count) * PAGE, (had - count) * PAGE);
        return address;
      }
      const mapping = pages.mapping[end - 1]!;
      if (mapping === 0 && first + count <= this.#top && pages.isFree(end, first + count)) {
        const failure = this.#backing.anonymous(
          end * PAGE,
          (count - had) * PAGE,
          (pages.flags[end - 1]! & SHARED) !== 0,
          pages.flags[end - 1]!,
        );
        if (failure < 0) return failure;
        pages.set(end, first + count, pages.flags[end - 1]!, 0);
        return address;
      }
      if ((flags & MAYMOVE) === 0) return -ENOMEM;
    }
    const target = (flags & FIXED) === 0 ? pages.findBelow(count, LOWEST / PAGE, this.#top) : to / PAGE;
    if ((flags & FIXED) !== 0) {
      if (to % PAGE !== 0 || target < LOWEST / PAGE || target + count > pages.count) return -EINVAL;
      if (target < end && first < target + count) return -EINVAL;
      // For the host they are never gone: it puts one in place of the other.
      if (!pages.isFree(target, target + count)) this.#withdraw(target, target + count);
    }
    if (target < 0) return -ENOMEM;
    return this.#move(first, end, target, count);
  }

  /** Moves the pages from `first` to `end` - 1 to `target`, as `count` pages. */
  #move(first: number, end: number, target: number, count: number): number {
    const { pages } = this;
    const moved = Math.min(count, end - first);
    const kept = pages.flags.slice(first, end).map((flags) => flags & ~OTHERS);
    const mappings = pages.mapping.slice(first, end);
    const last = kept.at(-1)!;
    this.#withdraw(first, end);
    const failure = this.#backing.move(first * PAGE, target * PAGE, moved * PAGE);
    const to = failure < 0 ? first : target;
    for (let i = 0; i < (failure < 0 ? end - first : moved); i++) {
      pages.set(to + i, to + i + 1, kept[i]!, this.files.moved(mappings[i]!, first, to));
    }
    if (failure < 0) return failure;
    if (count > moved) {
      this.#backing.anonymous((target + moved) * PAGE, (count - moved) * PAGE, false, last);
      pages.set(target + moved, target + count, last, 0);
    } else if (end - first > moved) {
      this.#backing.anonymous((first + moved) * PAGE, (end - first - moved) * PAGE, false, 0);
    }
    return target * PAGE;
  }

  /** Forgets everything, for a new program: what that costs depends on what is mapped. */
  clear(): void {
    const { pages } = this;
    for (let page = pages.nextUsed(0); page < pages.count; page = pages.nextUsed(page)) {
      const end = pages.nextFree(page);
      this.#backing.anonymous(page * PAGE, (end - page) * PAGE, false, 0);
      pages.set(page, end, 0, 0);
      this.#listener.remapped(page, end);
      page = end;
    }
    this.files.clear();
  }

  #isMapped(first: number, end: number): boolean {
    const { flags } = this.pages;
    for (let page = first; page < end; page++) if ((flags[page]! & MAPPED) === 0) return false;
    return true;
  }

  /** Pages of a range that starts on a page and is in the window. */
  #range(address: number, length: number): [first: number, end: number] | undefined {
    if (address % PAGE !== 0 || !(length > 0)) return undefined;
    const first = address / PAGE;
    const end = first + Math.ceil(length / PAGE);
    return first >= 0 && end <= this.pages.count ? [first, end] : undefined;
  }
}
