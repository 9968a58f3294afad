import { bool, enumOf, int, optional, required, str, struct, union } from '../qapi/schema.ts';
import { InetSocketAddress, SocketAddressType, UnixSocketAddress, VsockSocketAddress, Word } from './socket-address.ts';
import type { Static, Type } from '../qapi/schema.ts';
import type { CharacterOptions } from './character-target.ts';

/** Where output is logged to besides; not supported. */
const common = {
  logfile: optional(str, 'a file for a copy of the output, which is not supported yet'),
  logappend: optional(bool, 'after what that file holds'),
};

const ChardevCommon = struct('ChardevCommon', 'What all kinds have.', common);
const ChardevFile = struct('ChardevFile', 'A file.', {
  ...common,
  in: optional(str, 'a file for input, which is not supported yet'),
  out: required(str, 'the file'),
  append: optional(bool, 'after what it holds'),
});

const wrapped = <T>(name: string, type: Type<T>) =>
  struct(name, 'What this kind takes.', { data: required(type, 'what it takes') });

const SocketAddressLegacy = union('SocketAddressLegacy', 'Where a socket is.', {
  tag: 'type',
  members: {
    type: required(SocketAddressType, 'its kind'),
  },
  cases: {
    inet: wrapped('InetSocketAddressWrapper', InetSocketAddress),
    unix: wrapped('UnixSocketAddressWrapper', UnixSocketAddress),
    vsock: wrapped('VsockSocketAddressWrapper', VsockSocketAddress),
    fd: wrapped('FdSocketAddressWrapper', Word),
  },
});

const ChardevSocket = struct('ChardevSocket', 'A connection.', {
  ...common,
  addr: required(SocketAddressLegacy, 'where'),
  'tls-creds': optional(str, 'keys for encryption, which is not supported yet'),
  'tls-authz': optional(str, 'who may connect'),
  server: optional(bool, 'wait to be called; true if absent'),
  wait: optional(bool, 'go on only when somebody has called; false if absent'),
  nodelay: optional(bool, 'send small pieces at once'),
  telnet: optional(bool, 'speak telnet, which is not supported yet'),
  tn3270: optional(bool, 'speak tn3270, which is not supported yet'),
  websocket: optional(bool, 'speak WebSocket, which is not supported yet'),
  reconnect: optional(int, 'seconds until a client calls again'),
});
const ChardevStdio = struct('ChardevStdio', 'The terminal.', {
  ...common,
  signal: optional(bool, 'its interrupt keys end the program'),
});
const ChardevMux = struct('ChardevMux', 'A terminal that several share.', {
  ...common,
  chardev: required(str, 'the terminal'),
});
const ChardevRingbuf = struct('ChardevRingbuf', 'Memory for output.', {
  ...common,
  size: optional(int, 'bytes, a power of two'),
});

/** Kinds by the names that QMP has for them. */
export const ChardevBackend = union('ChardevBackend', 'A character device to make.', {
  tag: 'type',
  members: {
    type: required(
      enumOf('ChardevBackendKind', 'A kind of character device.', [
        'file',
        'socket',
        'null',
        'mux',
        'stdio',
        'ringbuf',
        'memory',
      ]),
      'its kind',
    ),
  },
  cases: {
    file: wrapped('ChardevFileWrapper', ChardevFile),
    socket: wrapped('ChardevSocketWrapper', ChardevSocket),
    null: wrapped('ChardevCommonWrapper', ChardevCommon),
    mux: wrapped('ChardevMuxWrapper', ChardevMux),
    stdio: wrapped('ChardevStdioWrapper', ChardevStdio),
    ringbuf: wrapped('ChardevRingbufWrapper', ChardevRingbuf),
    memory: wrapped('ChardevRingbufWrapper', ChardevRingbuf),
  },
});

/** The same as options of the command line. */
export function characterOptions(id: string, { type, data }: Static<typeof ChardevBackend>): CharacterOptions {
  const backend = type === 'memory' ? 'ringbuf' : type;
  const {
    in: input,
    out,
    addr,
    ...rest
  } = data as unknown as Record<string, unknown> & {
    addr?: Static<typeof SocketAddressLegacy>;
  };
  return {
    ...rest,
    ...(type === 'file' ? { path: out, 'input-path': input } : {}),
    ...(addr === undefined ? {} : { server: true, wait: false, ...clientOptions(rest), ...(addr.data as object) }),
    ...(addr === undefined ? {} : unsupported(addr.type)),
    id,
    backend,
  };
}

/** What a client may not be asked for. */
const clientOptions = (rest: Readonly<Record<string, unknown>>): object =>
  rest['server'] === false
    ? { ...rest, wait: undefined }
    : Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));

const unsupported = (type: string): object =>
  type === 'fd' ? { fd: 'given' } : type === 'vsock' ? { vsock: true } : {};
