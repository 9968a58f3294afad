import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { assertGolden } from '../../../test/golden.ts';
import { FakeNetwork } from '../../host/fake-network.ts';
import { FakeTime } from '../../host/fake-time.ts';
import { FakeTarget } from '../fake-target.ts';
import { exposition, type Format } from './exposition.ts';
import { fuzzHttpRequest, target as fuzzTarget } from './http-request.fuzz.ts';
import { MAX_HEAD } from './http-request.ts';
import { serveMetrics } from './server.ts';

const ADDRESS = { type: 'tcp', host: '127.0.0.1', port: 9100 } as const;

for (const format of ['text', 'openmetrics'] as const satisfies readonly Format[])
  test(`the page as ${format}`, () => {
    const target = new FakeTarget();
    assertGolden(`src/monitor/golden/metrics-${format}.txt`, exposition(target.stats, target.cpus(), format));
  });

suite('the server', () => {
  /** What is said to a request, cut into pieces. */
  async function ask(...pieces: readonly (string | number)[]): Promise<string> {
    const network = new FakeNetwork();
    const time = new FakeTime();
    await serveMetrics(ADDRESS, new FakeTarget(), { network, timers: time });
    const socket = await network.connect(ADDRESS);
    let said = '';
    const closed = new Promise<void>((resolve) =>
      socket.listen({
        data: (bytes) => (said += new TextDecoder().decode(bytes)),
        drain() {},
        closed: () => resolve(),
      }),
    );
    for (const piece of pieces) {
      if (typeof piece === 'number') time.advance(piece);
      else socket.write(new TextEncoder().encode(piece));
    }
    await closed;
    return said;
  }

  const cases: readonly (readonly [what: string, request: readonly (string | number)[], said: RegExp])[] = [
    [
      'the page',
      ['GET /metrics HTTP/1.1\r\n', '\r\n'],
      /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain; version=0\.0\.4/,
    ],
    [
      'OpenMetrics to who asks for it',
      ['GET /metrics HTTP/1.1\r\nAccept: application/openmetrics-text; q=1\r\n\r\n'],
      /Content-Type: application\/openmetrics-text; version=1\.0\.0[^]*# EOF\n$/,
    ],
    ['only the head', ['HEAD /metrics HTTP/1.1\r\n\r\n'], /^HTTP\/1\.1 200 OK[^]*\r\n\r\n$/],
    ['another page', ['GET / HTTP/1.1\r\n\r\n'], /^HTTP\/1\.1 404 /],
    ['another deed', ['POST /metrics HTTP/1.1\r\n\r\n'], /^HTTP\/1\.1 405 /],
    ['no request', ['hello\r\n\r\n'], /^HTTP\/1\.1 400 /],
    ['a head without an end', ['GET /metrics HTTP/1.1\r\n', 'x'.repeat(MAX_HEAD)], /^HTTP\/1\.1 400 /],
    ['nothing for a long time', ['GET /met', 10_000], /^$/],
  ];
  for (const [what, request, said] of cases) test(what, async () => assert.match(await ask(...request), said));
});

test('the fuzz target takes its seeds', () => {
  for (const seed of fuzzTarget.seeds()) fuzzHttpRequest(seed);
});
