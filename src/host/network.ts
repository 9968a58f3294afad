import type { ByteStream } from './stream.ts';

export type SocketAddress =
  | { readonly type: 'unix'; readonly path: string }
  | { readonly type: 'tcp'; readonly host: string; readonly port: number };

export interface Socket extends ByteStream {
  readonly local: SocketAddress;
  readonly remote: SocketAddress;
}

export interface Listener {
  /** Where it listens: a port of 0 has become the one that was free. */
  readonly address: SocketAddress;
  /** Stops listening, and removes a unix socket's file; connections stay. */
  close(): Promise<void>;
}

/** Failures are `UserError`s that name the address. */
export interface Network {
  listen(address: SocketAddress, connected: (socket: Socket) => void): Promise<Listener>;
  connect(address: SocketAddress, options?: { noDelay?: boolean }): Promise<Socket>;
}

/** As QEMU prints addresses: `unix:/path`, `tcp:host:port`. */
export function formatAddress(address: SocketAddress): string {
  if (address.type === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp:${host}:${address.port}`;
}
