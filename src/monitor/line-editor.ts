/**
 * Turns what is typed at a terminal into lines, and shows it: the terminal is raw, so nothing appears
 * unless it is written back. The display is redrawn as a whole after each key, as monitor clients expect.
 */
export class LineEditor {
  readonly #show: (text: string) => void;
  #line = '';
  #escape: 'none' | 'began' | 'sequence' = 'none';

  constructor(show: (text: string) => void) {
    this.#show = show;
  }

  /** One character. Returns the line if it ends one. */
  take(character: string): string | undefined {
    if (this.#swallowsEscape(character)) return undefined;
    if (character === '\r' || character === '\n') {
      const line = this.#line;
      this.#line = '';
      this.#show('\r\n');
      return line;
    }
    if (character === '\b' || character === '\x7f') {
      if (this.#line !== '') this.#redraw(this.#line.slice(0, -1));
    } else if (character >= ' ' && this.#line.length < MAX_LINE) this.#redraw(this.#line + character);
    return undefined;
  }

  /** Forgets what was typed. */
  clear(): void {
    this.#line = '';
    this.#escape = 'none';
  }

  #redraw(line: string): void {
    this.#show(`${LEFT.repeat(this.#line.length)}${line}${ERASE_TO_END}`);
    this.#line = line;
  }

  /** Arrows and other keys that send ESC [ … letter do nothing yet, but must not be typed as text. */
  #swallowsEscape(character: string): boolean {
    const was = this.#escape;
    if (was === 'none') this.#escape = character === '\x1b' ? 'began' : 'none';
    else if (was === 'began') this.#escape = character === '[' || character === 'O' ? 'sequence' : 'none';
    else if (character >= '@') this.#escape = 'none';
    return was !== 'none' || character === '\x1b';
  }
}

const LEFT = '\x1b[D';
const ERASE_TO_END = '\x1b[K';
const MAX_LINE = 4095;
