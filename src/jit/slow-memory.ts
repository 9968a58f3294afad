import type { AddressSpace } from '../mem/address-space.ts';
import { PAGE_CODE } from '../mem/code-claims.ts';
import { CONTINUE, EXIT_DEBUG, EXIT_DEVICE, MOVED, RAISED, type Access, type GuestCpu } from '../mem/cpu.ts';
import type { DebugPoints } from '../mem/debug-points.ts';
import type { SoftTlb } from '../mem/tlb.ts';
import type { CodePages } from './code-pages.ts';
import type { StateLayout } from './layout.ts';
import { rmw } from './rmw.ts';
import {
  INFO_NATURAL,
  INFO_SIGNED,
  RMW_OPS,
  SLOW_CAS,
  SLOW_CONDITIONAL,
  SLOW_LOAD,
  SLOW_RESERVE,
  SLOW_RMW,
  SLOW_STORE,
  SLOW_WROTE,
} from './slow-access.ts';

export interface SlowMemoryOptions {
  readonly memory: WebAssembly.Memory;
  readonly cpu: GuestCpu;
  readonly state: number;
  readonly layout: StateLayout;
  readonly space: AddressSpace;
  readonly tlb: SoftTlb;
  readonly codePages: CodePages;
  readonly pageFlags: Uint8Array;
  readonly points?: DebugPoints | undefined;
  /** Loads from devices are left to whoever executes them by themselves; see EngineOptions. */
  readonly loadsDevicesAlone?: boolean | undefined;
  /** Translated code looks for a segment before it looks into the TLB: not where memory is a window. */
  readonly usesSegment: boolean;
}

/**
 * Guest memory accesses that translated code does not do itself: TLB misses, devices, accesses
 * across pages, stores to code, atomics. Arguments and result are in the CPU's slots.
 */
export class SlowMemory {
  /** Counters that the statistics publish. */
  misses = 0;
  deviceAccesses = 0;
  loads = 0;
  stores = 0;
  atomics = 0;
  /** Of them, those that were misaligned or across pages, and those to pages that hold code. */
  misaligned = 0;
  codeStores = 0;
  /** The instruction is executed by itself. */
  isAlone = false;
  readonly #options: SlowMemoryOptions;
  readonly #view: DataView;
  /** All memory, for atomic accesses. */
  readonly #word: Int32Array;
  readonly #long: BigInt64Array;
  /** The CPU's state as words, and the indices of what is used here. */
  readonly #words: Int32Array;
  readonly #longs: BigInt64Array;
  readonly #pc: number;
  readonly #exit: number;
  readonly #remaining: number;
  readonly #arguments: number;
  readonly #result: number;
  readonly #reservation: number;
  #host = -1;
  #physical = 0;

  constructor(options: SlowMemoryOptions) {
    this.#options = options;
    const { memory, state, layout } = options;
    this.#view = new DataView(memory.buffer);
    this.#word = new Int32Array(memory.buffer);
    this.#long = new BigInt64Array(memory.buffer);
    this.#words = new Int32Array(memory.buffer, state, layout.offset('runState') / 4 + 1);
    this.#longs = new BigInt64Array(memory.buffer, state, layout.offset('reservationValue') / 8 + 1);
    this.#pc = layout.offset('pc') / 4;
    this.#exit = layout.offset('exit') / 4;
    this.#remaining = layout.offset('remaining') / 4;
    this.#arguments = layout.offset('arguments') / 4;
    this.#result = layout.offset('result') / 4;
    this.#reservation = layout.offset('reservationAddress') / 8;
  }

  /** The import `memory(kind, info)`; see slow-access.ts. */
  readonly access = (kind: number, info: number): number => {
    const words = this.#words;
    const length = (info >>> 9) & 15;
    const offset = (info >>> 13) & 0xfff;
    const retired = info >>> 25;
    // The block's pc and its instruction are in one page: no carry out of the low half.
    words[this.#pc]! += offset;
    words[this.#remaining]! -= retired;
    const status = this.#access(kind, info);
    if (status === CONTINUE) {
      words[this.#pc]! -= offset;
      words[this.#remaining]! += retired;
    } else if (status === MOVED && length > 0) {
      const pc = (words[this.#pc]! >>> 0) + length;
      words[this.#pc] = pc;
      if (pc > 0xffffffff) words[this.#pc + 1]!++;
      words[this.#remaining]!--;
    }
    return status;
  };

  #access(kind: number, info: number): number {
    const { cpu } = this.#options;
    const low = this.#words[this.#arguments]!;
    const high = this.#words[this.#arguments + 1]!;
    const size = 1 << (info & 7);
    if (kind === SLOW_WROTE) return this.#wrote((high >>> 0) * 2 ** 32 + (low >>> 0), size);
    const access: Access = kind === SLOW_LOAD || kind === SLOW_RESERVE ? 'load' : 'store';
    if (kind === SLOW_LOAD) this.loads++;
    else if (kind === SLOW_STORE) this.stores++;
    else this.atomics++;
    if (low & (size - 1)) this.misaligned++;
    if (info & INFO_NATURAL && low & (size - 1)) {
      cpu.raiseMisaligned(low, high, access);
      return RAISED;
    }
    if ((low & 0xfff) + size > 4096) return this.#acrossPages(kind, info, low, high, size, access);
    // Read-modify-write needs both permissions: those of a store, which imply a load's.
    if (!this.#reach(low, high, access, size)) return RAISED;
    if (this.#isWatched(kind, low, high, size, access)) return RAISED;
    switch (kind) {
      case SLOW_LOAD:
        return this.#load(info, low, high, size);
      case SLOW_STORE: {
        const at = this.#arguments + 2;
        return this.#store(low, high, size, this.#words[at]!, this.#words[at + 1]!);
      }
      default:
        return this.#atomic(kind, info, low, high, size);
    }
  }

  /** Translates, enters the page into the TLB, and sets #host (-1: no memory) and #physical. */
  #reach(low: number, high: number, access: Access, size: number): boolean {
    const { cpu, space, tlb, pageFlags, points, usesSegment } = this.#options;
    if (!cpu.translate(low, high, access, size)) return false;
    this.misses++;
    const { physical, pageSize, permissions, isUniform } = cpu.translation;
    this.#physical = physical;
    const ram = space.ramOffset(physical);
    this.#host = ram;
    if (!isUniform || points?.watchesIn(low, high) === true) return true;
    const inPage = physical % 4096;
    if (ram >= 0) {
      const page = ram - inPage;
      const holdsCode = (pageFlags[Math.floor(page / 4096)]! & PAGE_CODE) !== 0;
      tlb.fillData(low, high, page, (permissions & 1) !== 0, (permissions & 2) !== 0, holdsCode, pageSize);
      if (usesSegment && (permissions & 3) === 3 && !tlb.isInSegment(low, high) && points?.hasWatchpoints !== true) {
        this.#offerSegment(low, high, page);
      }
      return true;
    }
    const rom = space.readableOffset(physical);
    if (rom >= 0) {
      tlb.fillData(low, high, rom - inPage, (permissions & 1) !== 0, false, false, pageSize);
    }
    return true;
  }

  /** A debugger wants to see the access: the CPU is left before it. */
  #isWatched(kind: number, low: number, high: number, size: number, access: Access): boolean {
    const isUpdate = kind === SLOW_RMW || kind === SLOW_CAS;
    if (this.#options.points?.watchesAt(low, high, size, access, isUpdate) !== true) return false;
    Atomics.or(this.#words, this.#exit, EXIT_DEBUG);
    return true;
  }

  /** The page at `host` was translated, and is RAM: what is mapped like it may become the segment. */
  #offerSegment(low: number, high: number, host: number): void {
    const { cpu, space, tlb } = this.#options;
    const { translation } = cpu;
    cpu.extend();
    const { physical, pageSize } = translation;
    const { base, size } = space.find(physical)!;
    const page = physical - (physical % 4096);
    const before = Math.min(translation.before, page - base);
    const after = Math.min(translation.after, base + size - page - 4096);
    tlb.offerSegment(low, high, host, before, after, pageSize);
  }

  #load(info: number, low: number, high: number, size: number): number {
    let value: number;
    let upper = 0;
    const view = this.#view;
    const host = this.#host;
    if (host >= 0) {
      if (size === 8) upper = view.getInt32(host + 4, true);
      value = size === 1 ? view.getUint8(host) : size === 2 ? view.getUint16(host, true) : view.getInt32(host, true);
    } else {
      const { space, cpu, loadsDevicesAlone } = this.#options;
      if (loadsDevicesAlone === true && !this.isAlone) {
        Atomics.or(this.#words, this.#exit, EXIT_DEVICE);
        return RAISED;
      }
      this.deviceAccesses++;
      value = space.load(this.#physical, size);
      upper = space.high;
      if (space.fault) {
        cpu.raiseAccess(low, high, 'load');
        return RAISED;
      }
    }
    this.#give(info, size, value | 0, upper | 0);
    return CONTINUE;
  }

  /** Puts a loaded value, extended to 64 bits, into the result. */
  #give(info: number, size: number, value: number, upper: number): void {
    if (size < 8) {
      const unused = 32 - 8 * size;
      if (info & INFO_SIGNED) {
        value = (value << unused) >> unused;
        upper = value >> 31;
      } else {
        value = (value << unused) >>> unused;
        upper = 0;
      }
    }
    this.#words[this.#result] = value;
    this.#words[this.#result + 1] = upper;
  }

  #store(low: number, high: number, size: number, value: number, upper: number): number {
    const host = this.#host;
    if (host < 0) {
      const { space, cpu, codePages } = this.#options;
      const { invalidations } = codePages;
      this.deviceAccesses++;
      space.store(this.#physical, size, value >>> 0, upper >>> 0);
      if (space.fault) {
        cpu.raiseAccess(low, high, 'store');
        return RAISED;
      }
      // The device may have written to code at once, or want the CPU to look up: the next instruction waits.
      const isQuiet = codePages.invalidations === invalidations && this.#words[this.#exit] === 0;
      return isQuiet ? CONTINUE : MOVED;
    }
    const view = this.#view;
    if (size === 1) view.setUint8(host, value);
    else if (size === 2) view.setUint16(host, value, true);
    else view.setInt32(host, value, true);
    if (size === 8) view.setInt32(host + 4, upper, true);
    return this.#wrote(host, size);
  }

  #wrote(host: number, size: number): number {
    const { codePages, pageFlags } = this.#options;
    if ((pageFlags[Math.floor(host / 4096)]! & PAGE_CODE) === 0) return CONTINUE;
    this.codeStores++;
    return codePages.written(host, size) ? MOVED : CONTINUE;
  }

  /** Both pages are translated before a byte is moved, so that a fault leaves nothing half done. */
  #acrossPages(kind: number, info: number, low: number, high: number, size: number, access: Access): number {
    const head = 4096 - (low & 0xfff);
    const nextLow = (low + head) | 0;
    const nextHigh = nextLow === 0 ? (high + 1) | 0 : high;
    if (!this.#reach(low, high, access, head)) return RAISED;
    const firstHost = this.#host;
    const firstPhysical = this.#physical;
    if (!this.#reach(nextLow, nextHigh, access, size - head)) return RAISED;
    if (this.#isWatched(kind, low, high, size, access)) return RAISED;
    const words = this.#words;
    const value = [words[this.#arguments + 2]!, words[this.#arguments + 3]!];
    const loaded = [0, 0];
    let status = CONTINUE;
    const secondHost = this.#host;
    const secondPhysical = this.#physical;
    for (let i = 0; i < size; i++) {
      const inFirst = i < head;
      const base = inFirst ? firstHost : secondHost;
      this.#host = base < 0 ? -1 : base + (inFirst ? i : i - head);
      this.#physical = inFirst ? firstPhysical + i : secondPhysical + i - head;
      const at = (low + i) | 0;
      const atHigh = inFirst ? high : nextHigh;
      let one: number;
      if (kind === SLOW_LOAD) {
        one = this.#load(0, at, atHigh, 1);
        loaded[i >> 2]! |= (words[this.#result]! & 0xff) << (8 * (i & 3));
      } else {
        one = this.#store(at, atHigh, 1, (value[i >> 2]! >>> (8 * (i & 3))) & 0xff, 0);
      }
      if (one === RAISED) return RAISED;
      if (one === MOVED) status = MOVED;
    }
    if (kind === SLOW_LOAD) this.#give(info, size, loaded[0]!, loaded[1]!);
    return status;
  }

  #atomic(kind: number, info: number, low: number, high: number, size: number): number {
    const { cpu } = this.#options;
    const host = this.#host;
    if (host < 0) {
      cpu.raiseAccess(low, high, kind === SLOW_RESERVE ? 'load' : 'store');
      return RAISED;
    }
    // Registers are written after it, so translated code cannot be left behind an atomic that hits code:
    // it is left before it, and tier 0 does it.
    if (kind !== SLOW_RESERVE && ((info >>> 9) & 15) !== 0 && this.#wrote(host, size) === MOVED) return RAISED;
    for (;;) {
      const old = this.#valueAt(host, size);
      const stored = this.#stored(kind, info, size, old);
      if (kind === SLOW_CONDITIONAL && stored === undefined) this.#longs[this.#reservation] = -1n;
      if (stored === undefined) return CONTINUE;
      if (!this.#exchange(host, size, old, stored)) continue;
      if (kind === SLOW_CONDITIONAL) this.#longs[this.#reservation] = -1n;
      return this.#wrote(host, size);
    }
  }

  /** What an atomic access puts where `old` is, undefined if nothing; it leaves its result. */
  #stored(kind: number, info: number, size: number, old: bigint): bigint | undefined {
    const longs = this.#longs;
    const operand = (index: number): bigint => longs[(this.#arguments >> 1) + index]!;
    const result = this.#result >> 1;
    const reservation = this.#reservation;
    switch (kind) {
      case SLOW_RESERVE:
        longs[reservation] = operand(0);
        longs[reservation + 1] = old;
        longs[result] = old;
        return undefined;
      case SLOW_CONDITIONAL: {
        const holds = longs[reservation] === operand(0) && longs[reservation + 1] === old;
        longs[result] = holds ? 0n : 1n;
        return holds ? operand(1) : undefined;
      }
      case SLOW_CAS:
        longs[result] = old;
        return BigInt.asIntN(size * 8, operand(1)) === old ? operand(2) : undefined;
      case SLOW_RMW:
        longs[result] = old;
        return rmw(RMW_OPS[(info >>> 5) & 15]!, size * 8, old, operand(1));
      default:
        throw new RangeError(`no memory access of kind ${kind}`);
    }
  }

  #valueAt(host: number, size: number): bigint {
    if (host % size !== 0)
      return size === 8 ? this.#view.getBigInt64(host, true) : BigInt(this.#view.getInt32(host, true));
    return size === 8 ? Atomics.load(this.#long, host / 8) : BigInt(Atomics.load(this.#word, host / 4));
  }

  /** Stores if memory is still as it was; a misaligned value is not that of one access. */
  #exchange(host: number, size: number, old: bigint, stored: bigint): boolean {
    if (host % size !== 0) {
      if (size === 8) this.#view.setBigInt64(host, BigInt.asIntN(64, stored), true);
      else this.#view.setInt32(host, Number(BigInt.asIntN(32, stored)), true);
      return true;
    }
    if (size === 8) return Atomics.compareExchange(this.#long, host / 8, old, BigInt.asIntN(64, stored)) === old;
    const before = Number(old);
    return Atomics.compareExchange(this.#word, host / 4, before, Number(BigInt.asIntN(32, stored))) === before;
  }
}
