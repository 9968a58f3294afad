/** What completes a word: all that could be meant, in order. */
export type Completer = (line: string) => readonly string[];

/**
 * Turns what is typed at a terminal into lines, and shows it: the terminal is raw, so nothing appears
 * unless it is written back. The display is redrawn as a whole after each key, as monitor clients expect.
 *
 * Keys: the arrows, Home and End move; Backspace, Delete, Ctrl-K, Ctrl-U and Ctrl-W delete; up and down
 * (Ctrl-P, Ctrl-N) go through the lines before; Tab completes.
 */
export class LineEditor {
  readonly #show: (text: string) => void;
  readonly #complete: Completer;
  readonly #prompt: string;
  readonly #history: string[] = [];
  /** Which line of the history is shown; past its end: the one that is being typed. */
  #at = 0;
  /** What was typed before the history was looked at. */
  #draft = '';
  #line = '';
  #cursor = 0;
  /** Where the cursor is on the screen. */
  #shownCursor = 0;
  #escape: 'none' | 'began' | 'sequence' = 'none';
  #parameter = '';

  constructor(show: (text: string) => void, options: { readonly complete?: Completer; readonly prompt?: string } = {}) {
    this.#show = show;
    this.#complete = options.complete ?? (() => []);
    this.#prompt = options.prompt ?? '';
  }

  /** The lines before, the oldest first. */
  get history(): readonly string[] {
    return this.#history;
  }

  /** One character. Returns the line if it ends one. */
  take(character: string): string | undefined {
    if (this.#takesEscape(character)) return undefined;
    if (character === '\r' || character === '\n') return this.#end();
    const act = CONTROLS[character];
    if (act !== undefined) this.#press(act);
    else if (character >= ' ' && this.#line.length < MAX_LINE) this.#insert(character);
    return undefined;
  }

  /** Forgets what was typed. */
  clear(): void {
    this.#set('', 0);
    this.#forgetScreen();
    this.#escape = 'none';
  }

  #end(): string {
    const line = this.#line;
    this.#show('\r\n');
    this.#set('', 0);
    this.#forgetScreen();
    if (line !== '') {
      const known = this.#history.indexOf(line);
      if (known >= 0) this.#history.splice(known, 1);
      this.#history.push(line);
      if (this.#history.length > MAX_HISTORY) this.#history.shift();
    }
    this.#at = this.#history.length;
    return line;
  }

  #press(key: Key): void {
    const line = this.#line;
    const cursor = this.#cursor;
    switch (key) {
      case 'left':
        return this.#edit(line, Math.max(0, cursor - 1));
      case 'right':
        return this.#edit(line, Math.min(line.length, cursor + 1));
      case 'home':
        return this.#edit(line, 0);
      case 'end':
        return this.#edit(line, line.length);
      case 'backspace':
        return cursor === 0 ? undefined : this.#edit(line.slice(0, cursor - 1) + line.slice(cursor), cursor - 1);
      case 'delete':
        return this.#edit(line.slice(0, cursor) + line.slice(cursor + 1), cursor);
      case 'kill':
        return this.#edit(line.slice(0, cursor), cursor);
      case 'discard':
        return this.#edit(line.slice(cursor), 0);
      case 'word': {
        const kept = line.slice(0, cursor).replace(/\S*\s*$/, '');
        return this.#edit(kept + line.slice(cursor), kept.length);
      }
      case 'up':
        return this.#recall(this.#at - 1);
      case 'down':
        return this.#recall(this.#at + 1);
      case 'tab':
        return this.#completeHere();
    }
  }

  #insert(text: string): void {
    this.#edit(this.#line.slice(0, this.#cursor) + text + this.#line.slice(this.#cursor), this.#cursor + text.length);
  }

  #recall(at: number): void {
    if (at < 0 || at > this.#history.length) return;
    if (this.#at === this.#history.length) this.#draft = this.#line;
    this.#at = at;
    const line = this.#history[at] ?? this.#draft;
    this.#edit(line, line.length);
  }

  /** Types what all that could be meant begin with; lists them if that is nothing new. */
  #completeHere(): void {
    const before = this.#line.slice(0, this.#cursor);
    const typed = /\S*$/.exec(before)![0];
    const words = this.#complete(before).filter((word) => word.startsWith(typed));
    const [first] = words;
    if (first === undefined) return;
    if (words.length === 1) return this.#insert(`${first.slice(typed.length)} `);
    const common = commonBeginning(words);
    if (common.length > typed.length) return this.#insert(common.slice(typed.length));
    this.#show(`\r\n${columns(words)}${this.#prompt}`);
    this.#forgetScreen();
    this.#redraw();
  }

  #edit(line: string, cursor: number): void {
    this.#set(line, cursor);
    this.#redraw();
  }

  #set(line: string, cursor: number): void {
    this.#line = line;
    this.#cursor = cursor;
  }

  #redraw(): void {
    const back = this.#line.length - this.#cursor;
    this.#show(`${LEFT.repeat(this.#shownCursor)}${this.#line}${ERASE_TO_END}${LEFT.repeat(back)}`);
    this.#shownCursor = this.#cursor;
  }

  #forgetScreen(): void {
    this.#shownCursor = 0;
  }

  /** Keys that send ESC [ … letter: those that mean nothing here must not be typed as text either. */
  #takesEscape(character: string): boolean {
    const was = this.#escape;
    if (was === 'none') {
      this.#escape = character === '\x1b' ? 'began' : 'none';
      this.#parameter = '';
    } else if (was === 'began') {
      this.#escape = character === '[' || character === 'O' ? 'sequence' : 'none';
    } else if (character >= '@') {
      this.#escape = 'none';
      const key = SEQUENCES[this.#parameter + character];
      if (key !== undefined) this.#press(key);
    } else if (this.#parameter.length < MAX_PARAMETER) this.#parameter += character;
    return was !== 'none' || character === '\x1b';
  }
}

type Key =
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'up'
  | 'down'
  | 'backspace'
  | 'delete'
  | 'kill'
  | 'discard'
  | 'word'
  | 'tab';

const CONTROLS: Readonly<Record<string, Key>> = {
  '\x01': 'home',
  '\x02': 'left',
  '\x04': 'delete',
  '\x05': 'end',
  '\x06': 'right',
  '\b': 'backspace',
  '\t': 'tab',
  '\x0b': 'kill',
  '\x0e': 'down',
  '\x10': 'up',
  '\x15': 'discard',
  '\x17': 'word',
  '\x7f': 'backspace',
};

/** What follows ESC [ or ESC O. */
const SEQUENCES: Readonly<Record<string, Key>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
};

const LEFT = '\x1b[D';
const ERASE_TO_END = '\x1b[K';
const MAX_LINE = 4095;
const MAX_HISTORY = 64;
const MAX_PARAMETER = 8;
const SCREEN = 80;

function commonBeginning(words: readonly string[]): string {
  let common = words[0] ?? '';
  for (const word of words) while (!word.startsWith(common)) common = common.slice(0, -1);
  return common;
}

/** Words side by side, as many as fit on a line. */
function columns(words: readonly string[]): string {
  const width = Math.max(...words.map((word) => word.length)) + 2;
  const each = Math.max(1, Math.floor(SCREEN / width));
  let text = '';
  for (let at = 0; at < words.length; at += each)
    text += `${words
      .slice(at, at + each)
      .map((word) => word.padEnd(width))
      .join('')
      .trimEnd()}\r\n`;
  return text;
}
