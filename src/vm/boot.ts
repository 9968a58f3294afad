import { layoutOf, release, type BootFiles, type BootLayout, type BootPlan } from '../board/site.ts';
import type { Board } from './board.ts';

/**
 * What a machine's memory holds when it starts, at first and after every reset. Files that can be read again are not
 * kept in the host's memory in between.
 */
export class Boot {
  readonly #board: Board;
  readonly #readAgain: (() => Promise<BootFiles>) | undefined;
  #plan: BootPlan | undefined;
  #layout: BootLayout;

  /** Throws a UserError if files and machine do not fit. */
  constructor(board: Board, files: BootFiles, readAgain?: () => Promise<BootFiles>) {
    this.#board = board;
    this.#readAgain = readAgain;
    this.#plan = board.plan(files);
    this.#layout = layoutOf(this.#plan);
  }

  get layout(): BootLayout {
    return this.#layout;
  }

  /** Plans the next start, with the files as they are now. Throws a UserError and leaves all as it is if they do not fit. */
  async renew(): Promise<void> {
    if (this.#readAgain === undefined) return;
    this.#plan = this.#board.plan(await this.#readAgain());
    this.#layout = layoutOf(this.#plan);
  }

  /** Puts everything in its place. Throws a UserError, with part of it done, if a file changed since it was planned. */
  async load(): Promise<void> {
    await this.#board.load(this.#plan!);
    this.forget();
  }

  /** Keeps only what cannot be had again. */
  forget(): void {
    if (this.#readAgain === undefined || this.#plan === undefined) return;
    release(this.#plan);
    this.#plan = undefined;
  }
}
