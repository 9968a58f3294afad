/** Times that translated code of a page was overwritten until the page is left to tier 0. */
const UNTIL_COLD = 64;
/** Wishes to translate from a cold page until it gets another chance; each time twice as many. */
const PATIENCE = 256;
const MOST_PATIENCE = 1 << 20;

interface History {
  /** Translations that were in vain since the page was last cold. */
  wasted: number;
  /** Wishes that are still refused; 0: the page is not cold. */
  refusals: number;
  patience: number;
}

/**
 * Which pages are rewritten so often that translating them is in vain. They are cold, but not for good:
 * what a kernel patches while it boots, or a program's heap that once held code, may run unchanged later.
 */
export class Rewrites {
  readonly #pages = new Map<number, History>();

  isCold(hostPage: number): boolean {
    return (this.#pages.get(hostPage)?.refusals ?? 0) > 0;
  }

  /** Code that had been translated from a page was overwritten. */
  wasted(hostPage: number): void {
    let page = this.#pages.get(hostPage);
    if (page === undefined) this.#pages.set(hostPage, (page = { wasted: 0, refusals: 0, patience: PATIENCE }));
    if (++page.wasted < UNTIL_COLD) return;
    // Next time one is enough.
    page.wasted = UNTIL_COLD - 1;
    page.refusals = page.patience;
    page.patience = Math.min(MOST_PATIENCE, 2 * page.patience);
  }

  /** Something of a cold page was entered so often that it would be translated. */
  refused(hostPage: number): void {
    const page = this.#pages.get(hostPage);
    if (page !== undefined && page.refusals > 0) page.refusals--;
  }

  clear(): void {
    this.#pages.clear();
  }
}
