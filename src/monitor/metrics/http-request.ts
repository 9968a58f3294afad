/** The head of an HTTP/1 request, as far as somebody who serves one page looks at it (RFC 9112). */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** By name in lower case; of several of one name, the last. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Longer heads are refused. */
export const MAX_HEAD = 8192;

/** Collects the head of a request, cut anywhere. */
export class HttpRequestReader {
  #text = '';

  /** The request once all of its head is there; `bad` if it is none, or too long. */
  feed(bytes: Uint8Array): HttpRequest | 'bad' | undefined {
    // Only the first head is of interest; a byte is a letter, whatever it stands for.
    this.#text += String.fromCharCode(...bytes.subarray(0, MAX_HEAD + 1 - this.#text.length));
    const end = /\r?\n\r?\n/.exec(this.#text);
    if (end !== null) return parseHead(this.#text.slice(0, end.index));
    return this.#text.length > MAX_HEAD ? 'bad' : undefined;
  }
}

function parseHead(text: string): HttpRequest | 'bad' {
  const [first = '', ...fields] = text.split(/\r?\n/);
  const line = /^([A-Z]+) (\/[!-~]*) HTTP\/1\.\d$/.exec(first);
  if (line === null) return 'bad';
  const headers = new Map<string, string>();
  for (const field of fields) {
    const parts = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(field);
    if (parts === null) return 'bad';
    headers.set(parts[1]!.toLowerCase(), parts[2]!);
  }
  const [, method, target] = line;
  return { method: method!, path: target!.split('?')[0]!, headers };
}
