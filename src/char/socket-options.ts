import { UserError } from '../base/errors.ts';
import type { SocketAddress } from '../host/network.ts';
import type { Options } from '../host/options.ts';

/** `-chardev socket`: who calls whom, and where. */
export interface SocketOptions {
  readonly address: SocketAddress;
  readonly server: boolean;
  /** A server's start waits for the first client. */
  readonly wait: boolean;
  readonly noDelay: boolean;
  /** Seconds after which a client calls again; 0 for never. */
  readonly reconnect: number;
}

const LATER = [
  'fd',
  'to',
  'ipv4',
  'ipv6',
  'abstract',
  'tight',
  'telnet',
  'tn3270',
  'websocket',
  'tls-creds',
  'tls-authz',
];

export function socketOptions(options: Options): SocketOptions {
  options.refuse(...LATER);
  const address = socketAddress(options);
  const server = options.flag('server', false);
  const wait = options.flag('wait');
  const noDelay = options.flag('nodelay', false) || options.flag('delay') === false;
  const reconnect = options.number('reconnect') ?? 0;
  options.finish();
  if (wait !== undefined && !server) {
    throw new UserError(
      "'wait' option is incompatible with socket in client connect mode; add server=on or leave it out",
    );
  }
  if (reconnect > 0 && server) {
    throw new UserError("'reconnect' option is incompatible with socket in server listen mode; leave one of them out");
  }
  return { address, server, wait: wait ?? server, noDelay, reconnect };
}

function socketAddress(options: Options): SocketAddress {
  const path = options.string('path');
  const host = options.string('host');
  const port = options.string('port');
  if (path !== undefined && host !== undefined) {
    throw new UserError("only one of 'path' and 'host' can be given to a socket; leave the other out");
  }
  if (path !== undefined) return { type: 'unix', path };
  if (host === undefined && port === undefined) {
    throw new UserError('chardev: socket: no address given; add path=FILE, or host=NAME and port=NUMBER');
  }
  if (port === undefined) throw new UserError('chardev: socket: no port given; add port=NUMBER');
  if (!/^\d+$/.test(port) || Number(port) > 65535) {
    throw new UserError(`chardev: socket: '${port}' is not a port; use a number from 0 to 65535`);
  }
  return { type: 'tcp', host: host ?? '', port: Number(port) };
}
