import type { Listener, Network, Socket, SocketAddress } from '../../host/network.ts';
import type { Timers } from '../../host/timers.ts';
import type { MonitorTarget } from '../target.ts';
import { CONTENT_TYPES, exposition, type Format } from './exposition.ts';
import { type HttpRequest, HttpRequestReader } from './http-request.ts';

/** Whoever does not ask within this time is sent away. */
const PATIENCE_MS = 10_000;

interface Answer {
  readonly status: string;
  readonly type: string;
  readonly body: string;
}

/** Serves the statistics of a machine at http://HOST:PORT/metrics. One request for each connection. */
export function serveMetrics(
  address: SocketAddress,
  target: Pick<MonitorTarget, 'stats' | 'cpus'>,
  host: { readonly network: Network; readonly timers: Timers },
): Promise<Listener> {
  return host.network.listen(address, (socket) => serve(socket, target, host.timers));
}

function serve(socket: Socket, target: Pick<MonitorTarget, 'stats' | 'cpus'>, timers: Timers): void {
  const reader = new HttpRequestReader();
  let isDone = false;
  const finish = (answer?: Answer, withBody = true): void => {
    if (isDone) return;
    isDone = true;
    cancel();
    if (answer !== undefined) socket.write(encode(answer, withBody));
    void socket.close();
  };
  const cancel = timers.after(PATIENCE_MS, () => finish());
  socket.listen({
    data(bytes) {
      if (isDone) return;
      const request = reader.feed(bytes);
      if (request === undefined) return;
      finish(
        request === 'bad' ? plain('400 Bad Request') : answerTo(request, target),
        (request as HttpRequest).method !== 'HEAD',
      );
    },
    drain() {},
    closed: () => finish(),
  });
}

function answerTo({ method, path, headers }: HttpRequest, target: Pick<MonitorTarget, 'stats' | 'cpus'>): Answer {
  if (method !== 'GET' && method !== 'HEAD') return plain('405 Method Not Allowed');
  if (path !== '/metrics') return plain('404 Not Found');
  const wantsNew = (headers.get('accept') ?? '').includes('application/openmetrics-text');
  const format: Format = wantsNew ? 'openmetrics' : 'text';
  return { status: '200 OK', type: CONTENT_TYPES[format], body: exposition(target.stats, target.cpus(), format) };
}

const plain = (status: string): Answer => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${status}: the statistics are at /metrics\n`,
});

function encode({ status, type, body }: Answer, withBody: boolean): Uint8Array {
  const bytes = new TextEncoder().encode(body);
  const head = new TextEncoder().encode(
    `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\nConnection: close\r\n\r\n`,
  );
  const message = new Uint8Array(head.length + (withBody ? bytes.length : 0));
  message.set(head);
  if (withBody) message.set(bytes, head.length);
  return message;
}
