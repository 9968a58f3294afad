import { bool, enumOf, int, optional, required, str, struct, union } from '../qapi/schema.ts';

/** Where sockets are, as commands and answers have it. */
export const SocketAddressType = enumOf('SocketAddressType', 'A kind of socket.', ['inet', 'unix', 'vsock', 'fd']);
export const InetSocketAddress = struct('InetSocketAddress', 'A port of a host.', {
  host: required(str, 'the host'),
  port: required(str, 'the port'),
  numeric: optional(bool, 'neither is a name'),
  to: optional(int, 'the last port to try'),
  ipv4: optional(bool, 'by the older protocol'),
  ipv6: optional(bool, 'by the newer'),
  'keep-alive': optional(bool, 'look now and then whether the peer is there'),
  mptcp: optional(bool, 'over several paths'),
});
export const UnixSocketAddress = struct('UnixSocketAddress', 'A socket that is a file.', {
  path: required(str, 'the file'),
  abstract: optional(bool, 'it only looks like one'),
  tight: optional(bool, 'without zeroes behind its name'),
});
export const VsockSocketAddress = struct('VsockSocketAddress', 'A port of a virtual machine; not supported.', {
  cid: required(str, 'the machine'),
  port: required(str, 'the port'),
});
export const Word = struct('String', 'A word.', { str: required(str, 'the word') });

export const SocketAddress = union('SocketAddress', 'Where a socket is.', {
  tag: 'type',
  members: { type: required(SocketAddressType, 'its kind') },
  cases: { inet: InetSocketAddress, unix: UnixSocketAddress, vsock: VsockSocketAddress, fd: Word },
});
