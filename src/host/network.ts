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

export interface SocketOptions {
  /** Sends small writes at once (TCP_NODELAY). */
  readonly noDelay?: boolean;
}

/** Failures are `UserError`s that name the address. */
export interface Network {
  /** Takes over the file that a dead listener left at a unix path. An empty host is every interface. */
  listen(address: SocketAddress, connected: (socket: Socket) => void, options?: SocketOptions): Promise<Listener>;
  connect(address: SocketAddress, options?: SocketOptions): Promise<Socket>;
}

/** As QEMU prints addresses: `unix:/path`, `tcp:host:port`. */
export function formatAddress(address: SocketAddress): string {
  if (address.type === 'unix') return `unix:${address.path}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `tcp:${host}:${address.port}`;
}
