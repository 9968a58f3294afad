/**
 * Serves a directory to this machine's browsers, with the headers that a page needs before its
 * threads may share memory: `tools/node examples/web/serve.ts DIR [PORT]`.
 */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
};

export interface Served {
  readonly url: string;
  readonly server: Server;
}

/** Serves the files directly in `directory`; port 0 is any free one. */
export async function serve(directory: string, port = 0): Promise<Served> {
  const server = createServer((request, response) => {
    const name = basename(new URL(request.url ?? '/', 'http://localhost').pathname) || 'index.html';
    readFile(join(directory, name)).then(
      (bytes) =>
        response
          .writeHead(200, { ...ISOLATED, 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' })
          .end(bytes),
      () => response.writeHead(404, ISOLATED).end(),
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server };
}

if (import.meta.main) {
  const [directory, port = '8000'] = process.argv.slice(2);
  if (directory === undefined) throw new Error('usage: tools/node examples/web/serve.ts DIR [PORT]');
  const { url } = await serve(directory, Number(port));
  console.log(`${directory} is served at ${url}`);
}
