/** Milliseconds of work that the CPU may stand still for one translation; outliers take twice as long. */
const TARGET = 8;
/** What a block is thought to cost before one was translated. */
const FIRST = 0.1;
/** Share of the newest measurement. */
const WEIGHT = 1 / 4;

/** How many blocks to translate at once, by what it took before: a CPU stands still meanwhile. */
export class Pace {
  #perBlock = FIRST;

  /** Blocks that make a stop of about the target. */
  get blocks(): number {
    return Math.max(1, Math.floor(TARGET / this.#perBlock));
  }

  /** So many blocks were translated in one stop. */
  took(blocks: number, milliseconds: number): void {
    this.#perBlock += (milliseconds / blocks - this.#perBlock) * WEIGHT;
  }
}
