/** Words of what translated code is told of a segment: start, limits and host address, low half first. */
export const SEGMENT_START = 0;
export const SEGMENT_LIMIT = 2;
export const SEGMENT_GROUP_LIMIT = 4;
export const SEGMENT_HOST = 6;
export const SEGMENT_WORDS = 8;

/**
 * Bytes at the end of a segment that its limits leave out, so that a check of the first byte of an access,
 * or of several near each other, is enough.
 */
export const SEGMENT_MARGIN = 7;
export const SEGMENT_GROUP_MARGIN = 4095;
const PAGE = 4096;

/**
 * The longest run of virtual addresses of one address space that is known to be mapped, readable and
 * writable, to as many bytes of RAM in the same order: all of RAM without translation, a kernel's
 * linear map, a process's heap if it happens to be contiguous. One comparison and one addition
 * translate an address in it. It is a TLB entry of any size: what a flush asks for is cut off.
 */
export class Segment {
  /** First virtual address, in halves, and the host address that it is mapped to. */
  #low = 0;
  #high = 0;
  #host = 0;
  #size = 0;
  /** Largest page in it: a flush of any address of a page is one of the whole page. */
  #pageSize = PAGE;

  clear(): void {
    this.#size = 0;
    this.#pageSize = PAGE;
  }

  /** Bytes from the start to an address: exact where it matters, which is near the segment. */
  #distance(low: number, high: number): number {
    return (high - this.#high) * 2 ** 32 + ((low >>> 0) - (this.#low >>> 0));
  }

  covers(low: number, high: number): boolean {
    const distance = this.#distance(low, high);
    return distance >= 0 && distance < this.#size;
  }

  /**
   * Here the page of an address is mapped to `host`, and so on for `before` bytes before and `after`
   * bytes after it. Joins the segment if it touches it, or replaces it if it is longer.
   */
  offer(low: number, high: number, host: number, before: number, after: number, pageSize: number): void {
    const page = low & -PAGE;
    const distance = this.#distance(page, high);
    const from = distance - before;
    const to = distance + PAGE + after;
    if (this.#size > 0 && host - this.#host === distance && from <= this.#size && to >= 0) {
      const start = Math.min(0, from);
      this.#begin(this.#low, this.#high, this.#host, -start);
      this.#size = Math.max(this.#size, to) - start;
      this.#pageSize = Math.max(this.#pageSize, pageSize);
    } else if (to - from > this.#size) {
      this.#begin(page, high, host, before);
      this.#size = to - from;
      this.#pageSize = pageSize;
    }
  }

  /** Begins `before` bytes before an address. */
  #begin(low: number, high: number, host: number, before: number): void {
    const start = (low >>> 0) - before;
    this.#low = start | 0;
    this.#high = (high + Math.floor(start / 2 ** 32)) | 0;
    this.#host = host - before;
  }

  /** The page of an address may be mapped otherwise from now on. */
  cut(low: number, high: number): void {
    if (this.#size === 0) return;
    const granule = this.#pageSize;
    if (granule > 2 ** 30) return this.clear();
    const distance = this.#distance(low & -PAGE, high);
    const lead = (this.#low >>> 0) % granule;
    const rest = (granule - ((lead + this.#size) % granule)) % granule;
    if (distance < -lead || distance >= this.#size + rest) return;
    if (granule > PAGE) return this.clear();
    // The longer part stays.
    const after = this.#size - distance - PAGE;
    if (after > distance) {
      this.#begin(this.#low, this.#high, this.#host, -(distance + PAGE));
      this.#size = after;
    } else this.#size = distance;
  }

  /** Writes the words that translated code reads. */
  publish(words: Uint32Array): void {
    const limit = Math.max(0, this.#size - SEGMENT_MARGIN);
    words[SEGMENT_START] = this.#low;
    words[SEGMENT_START + 1] = this.#high;
    words[SEGMENT_LIMIT] = limit;
    words[SEGMENT_LIMIT + 1] = Math.floor(limit / 2 ** 32);
    const groupLimit = Math.max(0, this.#size - SEGMENT_GROUP_MARGIN);
    words[SEGMENT_GROUP_LIMIT] = groupLimit;
    words[SEGMENT_GROUP_LIMIT + 1] = Math.floor(groupLimit / 2 ** 32);
    words[SEGMENT_HOST] = this.#host;
    words[SEGMENT_HOST + 1] = Math.floor(this.#host / 2 ** 32);
  }
}
