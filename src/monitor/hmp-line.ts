import { HmpError } from './hmp-error.ts';

/** The rest of a line that a person typed, from which arguments are taken one after the other. */
export class HmpLine {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What has been taken so far, as it was typed. */
  get taken(): string {
    return this.#text.slice(0, this.#at);
  }

  /** The next character after any space, or '' at the end. */
  peek(): string {
    while (isSpace(this.#text[this.#at])) this.#at++;
    return this.#text[this.#at] ?? '';
  }

  /** The very next character, space or not. */
  next(): string {
    return this.#text[this.#at] ?? '';
  }

  skip(): void {
    this.#at++;
  }

  /** Takes what matches here. */
  match(pattern: RegExp): string {
    const sticky = new RegExp(pattern, 'y');
    sticky.lastIndex = this.#at;
    const text = sticky.exec(this.#text)?.[0] ?? '';
    this.#at += text.length;
    return text;
  }

  /** The next word, which may be in double quotes; nothing at the end of the line. */
  word(): string | undefined {
    if (this.peek() === '') return undefined;
    return this.next() === '"' ? this.#quoted() : this.match(/\S+/);
  }

  #quoted(): string {
    let text = '';
    for (this.#at++; ; this.#at++) {
      const letter = this.next();
      if (letter === '') throw new HmpError('unterminated string');
      if (letter === '"') break;
      if (letter !== '\\') {
        text += letter;
        continue;
      }
      this.#at++;
      const meant = ESCAPES[this.next()];
      if (meant === undefined) throw new HmpError(`unsupported escape code: '\\${this.next()}'`);
      text += meant;
    }
    this.#at++;
    return text;
  }
}

const isSpace = (letter: string | undefined): boolean => letter !== undefined && /\s/.test(letter);

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\', "'": "'", '"': '"' };
