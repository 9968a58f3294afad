import { HttpRequestReader, MAX_HEAD } from './http-request.ts';

/** A head says the same however it is cut, and never more than is kept of it. */
export function fuzzHttpRequest(data: Uint8Array): void {
  const whole = new HttpRequestReader().feed(data.subarray(0, MAX_HEAD));
  const reader = new HttpRequestReader();
  let cut: ReturnType<HttpRequestReader['feed']>;
  for (let at = 0; at < Math.min(data.length, MAX_HEAD) && cut === undefined; at += 7)
    cut = reader.feed(data.subarray(at, Math.min(at + 7, MAX_HEAD)));
  if (show(whole) !== show(cut)) throw new Error(`cut it is ${show(cut)}, whole it is ${show(whole)}`);
}

const show = (request: ReturnType<HttpRequestReader['feed']>): string =>
  typeof request === 'object' ? JSON.stringify({ ...request, headers: [...request.headers] }) : String(request);

const SEEDS = [
  'GET /metrics HTTP/1.1\r\nHost: localhost:9100\r\nAccept: application/openmetrics-text;version=1.0.0\r\n\r\n',
  'HEAD / HTTP/1.0\n\n',
  'POST /metrics?x=1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello',
];

export const target = {
  name: 'http-request',
  run: fuzzHttpRequest,
  seeds: (): Uint8Array[] => SEEDS.map((text) => new TextEncoder().encode(text)),
};
