import { JsonLexer, type Token } from './json-lexer.ts';
import { parseTokens } from './json-parser.ts';
import { quotable } from './json-string.ts';
import { JsonError, type Json } from './json.ts';

/**
 * Reads JSON documents off a connection: several in one chunk, or one in many. A document ends with
 * its last bracket, or with one that closes nothing; a mistake costs what was read of the document,
 * and the next one is read as if nothing had happened. Memory is bounded by the limits below.
 */
export class JsonReader {
  readonly #lexer: JsonLexer;
  readonly #sink: JsonSink;
  readonly #limits: JsonLimits;
  #tokens: Token[] = [];
  #bytes = 0;
  #braces = 0;
  #brackets = 0;

  constructor(sink: JsonSink, limits: JsonLimits = QMP_LIMITS) {
    this.#sink = sink;
    this.#limits = limits;
    this.#lexer = new JsonLexer((token) => this.#take(token), limits.bytes);
  }

  feed(chunk: Uint8Array | string): void {
    this.#lexer.feed(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
  }

  #take(token: Token): void {
    if (token.kind === 'stray') return this.#drop(`JSON parse error, stray '${quotable(token.bytes)}'`);
    if (token.kind === 'punctuation') this.#count(token.bytes[0]!);
    this.#tokens.push(token);
    this.#bytes += token.bytes.length;
    if (token.kind === 'too long' || this.#bytes > this.#limits.bytes)
      return this.#drop('JSON token size limit exceeded');
    if (this.#tokens.length > this.#limits.tokens) return this.#drop('JSON token count limit exceeded');
    if (this.#braces + this.#brackets > this.#limits.depth) return this.#drop('JSON nesting depth limit exceeded');
    const balanced = this.#braces === 0 && this.#brackets === 0;
    if (balanced || this.#braces < 0 || this.#brackets < 0) this.#finish();
  }

  #count(punctuation: number): void {
    if (punctuation === 0x7b) this.#braces++;
    else if (punctuation === 0x7d) this.#braces--;
    else if (punctuation === 0x5b) this.#brackets++;
    else if (punctuation === 0x5d) this.#brackets--;
  }

  #finish(): void {
    const tokens = this.#tokens;
    this.#forget();
    let value: Json;
    try {
      value = parseTokens(tokens);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      return this.#sink.mistake(error);
    }
    this.#sink.document(value);
  }

  #drop(why: string): void {
    this.#forget();
    this.#sink.mistake(new JsonError(why));
  }

  #forget(): void {
    this.#tokens = [];
    this.#bytes = 0;
    this.#braces = 0;
    this.#brackets = 0;
  }
}

export interface JsonSink {
  document(value: Json): void;
  mistake(error: JsonError): void;
}

export interface JsonLimits {
  /** In all tokens of one document. */
  readonly bytes: number;
  readonly tokens: number;
  /** Arrays and objects inside each other. */
  readonly depth: number;
}

/** What QMP's clients may count on. */
export const QMP_LIMITS: JsonLimits = { bytes: 64 << 20, tokens: 2 << 20, depth: 1024 };
