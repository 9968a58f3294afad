/**
 * Cuts a stream of bytes into JSON tokens, one byte at a time, so that a chunk may end anywhere.
 * RFC 8259 with two additions that QMP has always had: strings in single quotes, and recovery
 * after garbage.
 *
 * ```
 *  start ──digit 1-9─▶ digits ──.──▶ point ─digit▶ fraction ──e──▶ exponent ─sign▶ signed ─digit▶ power
 *    │ ├──0──▶ zero ──.,e──▶ (as digits)                                  └──────digit─────────────┘
 *    │ ├──-──▶ minus ──digit──▶ zero or digits
 *    │ ├──a-z──▶ keyword (loops over a-z)
 *    │ ├──" or '──▶ string ──\──▶ escape ──▶ string; the same quote ends it
 *    │ └──{ } [ ] : ,──▶ a token of one byte
 *    └── any other byte: an error that quotes the token so far, then ──▶ recovery, which skips
 *        until a byte that may begin afresh: { } [ ] : , or a control character other than tab
 * ```
 * A number or keyword ends at the first byte that cannot continue it; that byte is read again.
 */
export type TokenKind = 'punctuation' | 'string' | 'integer' | 'float' | 'keyword' | 'stray' | 'too long';

/** `bytes` is the token as it was written, quotes included; to be read only. */
export interface Token {
  readonly kind: TokenKind;
  readonly bytes: Uint8Array;
}

export class JsonLexer {
  readonly #emit: (token: Token) => void;
  readonly #longest: number;
  #state: number = START;
  #token = new Uint8Array(64);
  #length = 0;

  /** `longest` bounds the bytes of one token. */
  constructor(emit: (token: Token) => void, longest: number) {
    this.#emit = emit;
    this.#longest = longest;
  }

  feed(bytes: Uint8Array): void {
    for (const byte of bytes) this.#take(byte);
  }

  #take(byte: number): void {
    for (;;) {
      const next = NEXT[(this.#state << 8) | byte]!;
      if (next === END) {
        // The byte is not part of the token: read it again as the beginning of the next.
        this.#finish(KIND[this.#state]!);
        continue;
      }
      if (next === RESTART) {
        this.#state = START;
        continue;
      }
      if (next === SKIP) return;
      if (next === WHOLE) return this.#emit(PUNCTUATION[byte]!);
      this.#append(byte);
      if (next === DONE) this.#finish('string');
      else if (next === STRAY) this.#finish('stray', RECOVERY);
      else if (this.#length > this.#longest) this.#finish('too long', RECOVERY);
      else this.#state = next;
      return;
    }
  }

  #append(byte: number): void {
    if (this.#length === this.#token.length) {
      const longer = new Uint8Array(this.#token.length * 2);
      longer.set(this.#token);
      this.#token = longer;
    }
    this.#token[this.#length++] = byte;
  }

  #finish(kind: TokenKind, state: number = START): void {
    const bytes = this.#token.slice(0, kind === 'too long' ? 0 : this.#length);
    this.#length = 0;
    this.#state = state;
    // One long token must not keep its memory for the life of the connection.
    if (this.#token.length > 1 << 16) this.#token = new Uint8Array(64);
    this.#emit({ kind, bytes });
  }
}

const STATES = [
  'start',
  'keyword',
  'minus',
  'zero',
  'digits',
  'point',
  'fraction',
  'exponent',
  'signed',
  'power',
  'string "',
  'escape "',
  "string '",
  "escape '",
  'recovery',
] as const;
const state = (name: (typeof STATES)[number]): number => STATES.indexOf(name);
const START = state('start');
const RECOVERY = state('recovery');

/** What a byte can do besides leading to a state. */
const END = 250;
const DONE = 251;
const WHOLE = 252;
const STRAY = 253;
const SKIP = 254;
const RESTART = 255;

const MARKS = '{}[]:,';
const PUNCTUATION: Readonly<Record<number, Token>> = Object.fromEntries(
  Array.from(MARKS, (mark) => mark.charCodeAt(0)).map((byte) => [
    byte,
    { kind: 'punctuation', bytes: Uint8Array.of(byte) },
  ]),
);

const KIND: Readonly<Record<number, TokenKind>> = {
  [state('keyword')]: 'keyword',
  [state('zero')]: 'integer',
  [state('digits')]: 'integer',
  [state('fraction')]: 'float',
  [state('power')]: 'float',
};

const NEXT = transitions();

function transitions(): Uint8Array {
  const table = new Uint8Array(STATES.length << 8).fill(STRAY);
  const on = (from: (typeof STATES)[number], bytes: string, to: number): void => {
    for (const byte of bytes) table[(state(from) << 8) | byte.charCodeAt(0)] = to;
  };
  const fill = (from: (typeof STATES)[number], to: number): void => {
    table.fill(to, state(from) << 8, (state(from) + 1) << 8);
  };
  const digits = '0123456789';
  const letters = 'abcdefghijklmnopqrstuvwxyz';

  on('start', ' \t\r\n', SKIP);
  on('start', MARKS, WHOLE);
  on('start', letters, state('keyword'));
  on('start', '-', state('minus'));
  on('start', '0', state('zero'));
  on('start', digits.slice(1), state('digits'));
  on('start', '"', state('string "'));
  on('start', "'", state("string '"));

  fill('keyword', END);
  on('keyword', letters, state('keyword'));

  on('minus', '0', state('zero'));
  on('minus', digits.slice(1), state('digits'));
  for (const whole of ['zero', 'digits'] as const) {
    fill(whole, END);
    on(whole, '.', state('point'));
    on(whole, 'eE', state('exponent'));
  }
  on('zero', digits, STRAY);
  on('digits', digits, state('digits'));
  on('point', digits, state('fraction'));
  fill('fraction', END);
  on('fraction', digits, state('fraction'));
  on('fraction', 'eE', state('exponent'));
  on('exponent', '+-', state('signed'));
  on('exponent', digits, state('power'));
  on('signed', digits, state('power'));
  fill('power', END);
  on('power', digits, state('power'));

  for (const quote of ['"', "'"] as const) {
    // Control characters and the two bytes that no encoding of Unicode contains end a string at once;
    // other bad UTF-8 is found when the string is decoded.
    const inside = state(`string ${quote}`);
    for (const from of [`string ${quote}`, `escape ${quote}`] as const)
      for (let byte = 0x20; byte < 0xfe; byte++) table[(state(from) << 8) | byte] = inside;
    on(`string ${quote}`, '\\', state(`escape ${quote}`));
    on(`string ${quote}`, quote, DONE);
  }

  fill('recovery', SKIP);
  for (let byte = 0; byte < 0x20; byte++) table[(RECOVERY << 8) | byte] = RESTART;
  on('recovery', '\t', SKIP);
  on('recovery', `${MARKS}\xfe\xff`, RESTART);
  return table;
}
