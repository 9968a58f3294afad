import { lstat, unlink } from 'node:fs/promises';
import type { AddressInfo, Server, Socket as NetSocket } from 'node:net';
import { createConnection, createServer } from 'node:net';
import { dirname } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { Listener, Network, Socket, SocketAddress, SocketOptions } from '../host/network.ts';
import { formatAddress } from '../host/network.ts';
import { hostFailure } from './failure.ts';
import { NodeStream } from './stream.ts';

/** sockaddr_un holds 108 bytes with the terminating zero; a longer name would be cut in silence. */
const LONGEST_PATH = 107;

export class NodeNetwork implements Network {
  async listen(
    address: SocketAddress,
    connected: (socket: Socket) => void,
    { noDelay = false }: SocketOptions = {},
  ): Promise<Listener> {
    const doing = `listen on ${formatAddress(address)}`;
    if (address.type === 'unix') await preparePath(doing, address.path);
    const server = createServer({ noDelay }, (socket) => connected(wrap(socket, address)));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(hostFailure(doing, error)));
      server.listen(target(address), () => resolve());
    });
    return { address: actual(server, address), close: () => closeServer(server) };
  }

  async connect(address: SocketAddress, { noDelay = false }: SocketOptions = {}): Promise<Socket> {
    if (address.type === 'unix') checkLength(`connect to ${formatAddress(address)}`, address.path);
    const socket = createConnection({ ...target(address), noDelay });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) => reject(hostFailure(`connect to ${formatAddress(address)}`, error)));
      socket.once('connect', () => resolve());
    });
    return wrap(socket, address, address);
  }
}

function target(address: SocketAddress): { path: string } | { port: number; host?: string } {
  if (address.type === 'unix') return { path: address.path };
  return { port: address.port, ...(address.host === '' ? {} : { host: address.host }) };
}

function actual(server: Server, asked: SocketAddress): SocketAddress {
  if (asked.type === 'unix') return asked;
  const { address, port } = server.address() as AddressInfo;
  return { type: 'tcp', host: address, port };
}

function wrap(socket: NetSocket, asked: SocketAddress, peer?: SocketAddress): Socket {
  const unix = asked.type === 'unix';
  const end = (host = '', port = 0): SocketAddress => ({ type: 'tcp', host: host.replace(/^::ffff:/, ''), port });
  return Object.assign(new NodeStream(socket), {
    local: unix ? asked : end(socket.localAddress, socket.localPort),
    remote: unix ? (peer ?? { type: 'unix', path: '' }) : end(socket.remoteAddress, socket.remotePort),
  });
}

function checkLength(doing: string, path: string): void {
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new UserError(`cannot ${doing}: the path is longer than ${LONGEST_PATH} bytes; choose a shorter one`);
  }
}

/** A socket's file outlives its program; any other file at the path is somebody's. */
async function preparePath(doing: string, path: string): Promise<void> {
  checkLength(doing, path);
  try {
    await lstat(dirname(path));
    const stats = await lstat(path).catch(() => undefined);
    if (stats === undefined) return;
    if (!stats.isSocket())
      throw new UserError(`cannot ${doing}: a file that is no socket is there; choose another path`);
    await unlink(path);
  } catch (error) {
    throw error instanceof UserError ? error : hostFailure(doing, error);
  }
}

/** Connections stay: Node's `close` would wait for them, so only what it does at once is awaited. */
async function closeServer(server: Server): Promise<void> {
  server.close();
}
