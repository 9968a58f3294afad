import { Session } from 'node:inspector';
import { pathToFileURL } from 'node:url';
import { ROOT } from './target.ts';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

const OURS = pathToFileURL(`${ROOT}/`).href;

/**
 * Which places of our own code have run, as V8 counts them. V8 reports ranges with a count, a range
 * inside another with the count where that differs; ranges with equal counts melt into one. So the
 * same place is reported in different ranges: a place here is an offset at which some range has ever
 * begun, and its count is that of the innermost range around it.
 */
export class Coverage implements Disposable {
  readonly #session = new Session();
  /** The places of each function. */
  readonly #places = new Map<string, Set<number>>();
  readonly #marked = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** The places that ran since the last call and are not marked. */
  take(): readonly string[] {
    const fresh: string[] = [];
    // The session is of this thread: the answer is there when `post` returns.
    this.#session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error;
      for (const { url, functions } of result) {
        if (!url.startsWith(OURS)) continue;
        for (const { ranges } of functions) this.#unmarked(url, ranges, fresh);
      }
    });
    return fresh;
  }

  #unmarked(url: string, ranges: readonly Range[], into: string[]): void {
    const [whole] = ranges;
    if (whole === undefined) return;
    const name = `${url} ${whole.startOffset}`;
    const places = this.#places.get(name) ?? new Set();
    this.#places.set(name, places);
    for (const { startOffset, endOffset } of ranges) places.add(startOffset).add(endOffset);
    for (const place of places) {
      // Inner ranges come after outer ones.
      const inner = ranges.findLast(({ startOffset, endOffset }) => startOffset <= place && place < endOffset);
      const id = `${name} ${place}`;
      if (inner !== undefined && inner.count > 0 && !this.#marked.has(id)) into.push(id);
    }
  }

  mark(places: Iterable<string>): void {
    for (const place of places) this.#marked.add(place);
  }

  unmark(places: Iterable<string>): void {
    for (const place of places) this.#marked.delete(place);
  }

  /** How many places are marked. */
  get size(): number {
    return this.#marked.size;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}
