import type { Access } from './cpu.ts';
import type { DebugPoint } from './debug.ts';

const PAGE = 4096n;

/** Why a CPU stopped by itself. */
export type DebugHit = { readonly kind: 'break' } | { readonly kind: 'watch'; readonly point: DebugPoint };

/**
 * The breakpoints and watchpoints of one virtual CPU. Whoever translates asks by page: a virtual page
 * with breakpoints is never in the instruction TLB, so that each instruction there is fetched by
 * itself and looked up here; one with watchpoints is never in the data TLB, so that each access takes
 * the slow path; while there is one, no segment is made. Everything else runs as if there were none.
 *
 * Whoever finds a hit sets EXIT_DEBUG in the exit word and leaves the CPU before the instruction: of a
 * watchpoint, too, before the access. It is for the debugger to get over it.
 */
export class DebugPoints {
  /** What was hit, until it is taken. */
  hit: DebugHit | undefined;
  /** It is as if there were none; what the TLBs know of them has to be flushed. */
  areHidden = false;
  /** Breakpoints are passed over, as in a single step. */
  passesBreakpoints = false;
  /** So are watchpoints, by an instruction that was stopped at. */
  passesWatchpoints = false;
  readonly #points: DebugPoint[] = [];
  readonly #breakpoints = new Set<bigint>();
  readonly #breakPages = new Set<bigint>();
  readonly #watches: DebugPoint[] = [];

  /** As often as it is added it must be removed. */
  add(point: DebugPoint): void {
    this.#points.push(point);
    this.#note(point);
  }

  /** False if there is no such point. */
  remove({ kind, address, length }: DebugPoint): boolean {
    const at = this.#points.findIndex(
      (point) => point.kind === kind && point.address === address && (kind === 'break' || point.length === length),
    );
    if (at < 0) return false;
    this.#points.splice(at, 1);
    this.#noteAgain();
    return true;
  }

  clear(): void {
    this.#points.length = 0;
    this.#noteAgain();
  }

  get count(): number {
    return this.#points.length;
  }

  #note(point: DebugPoint): void {
    if (point.kind === 'break') {
      this.#breakpoints.add(point.address);
      this.#breakPages.add(point.address / PAGE);
    } else this.#watches.push(point);
  }

  /** After points have gone: what is left is noted anew, since more than one may be in the same place. */
  #noteAgain(): void {
    this.#breakpoints.clear();
    this.#breakPages.clear();
    this.#watches.length = 0;
    for (const point of this.#points) this.#note(point);
  }

  /** There are breakpoints in the page of an address. */
  breaksIn(low: number, high: number): boolean {
    return this.#breakPages.size > 0 && !this.areHidden && this.#breakPages.has(addressOf(low, high) / PAGE);
  }

  /** The CPU is to stop before the instruction at an address. */
  breaksAt(low: number, high: number): boolean {
    if (this.areHidden || this.passesBreakpoints || !this.#breakpoints.has(addressOf(low, high))) return false;
    this.hit = { kind: 'break' };
    return true;
  }

  get hasWatchpoints(): boolean {
    return this.#watches.length > 0 && !this.areHidden;
  }

  /** There are watchpoints in the page of an address. */
  watchesIn(low: number, high: number): boolean {
    if (!this.hasWatchpoints) return false;
    const page = addressOf(low, high) & -PAGE;
    return this.#watches.some((watch) => overlaps(watch, page, PAGE));
  }

  /** The CPU is to stop at an access. `isUpdate`: it reads and writes. */
  watchesAt(low: number, high: number, size: number, access: Access, isUpdate = false): boolean {
    if (!this.hasWatchpoints || this.passesWatchpoints) return false;
    const address = addressOf(low, high);
    const wanted = access === 'load' ? 'read' : 'write';
    const point = this.#watches.find(
      (watch) =>
        (isUpdate || watch.kind === 'access' || watch.kind === wanted) && overlaps(watch, address, BigInt(size)),
    );
    if (point === undefined) return false;
    this.hit = { kind: 'watch', point };
    return true;
  }
}

const addressOf = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);

const overlaps = (watch: DebugPoint, address: bigint, length: bigint): boolean =>
  watch.address < address + length && address < watch.address + watch.length;
