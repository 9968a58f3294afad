/** The resets of a machine, one after the other. */
export class Resets {
  /** Resolves once the last one is done, whatever came of it. */
  #last: Promise<void> | undefined;

  get isUnderWay(): boolean {
    return this.#last !== undefined;
  }

  /** Begins at once if no other is under way. Resolves, or rejects, as `reset` does. */
  async add(reset: () => Promise<void>): Promise<void> {
    const work = this.#last === undefined ? reset() : this.#last.then(reset);
    const last = work.catch(() => {});
    this.#last = last;
    try {
      await work;
    } finally {
      if (this.#last === last) this.#last = undefined;
    }
  }

  /** Resolves once none is under way. */
  async done(): Promise<void> {
    while (this.#last !== undefined) await this.#last;
  }
}
