import { UserError } from '../../base/errors.ts';
import type { Host } from '../../host/host.ts';
import type { Listener, SocketAddress } from '../../host/network.ts';
import type { ByteStream } from '../../host/stream.ts';

/** Where a machine goes to, or comes from. */
export type StateAddress =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'exec'; readonly line: string }
  | { readonly kind: 'socket'; readonly address: SocketAddress };

/** Takes a machine's state. */
export interface StateReceiver {
  /** Resolves when more can be taken. `bytes` is borrowed until then. */
  write(bytes: Uint8Array): Promise<void>;
  /** All has been written: resolves when it has arrived, as far as that can be told. */
  close(): Promise<void>;
  /** No more will be written. */
  abandon(): Promise<void>;
}

type TransportHost = Pick<Host, 'files' | 'network' | 'processes'>;

/** Bytes that a file is read in at once. */
const PIECE = 1 << 20;
/** Bytes that wait to be read, above which a sender is told to wait. */
const MOST_WAITING = 8 << 20;

/** Reads `file:PATH`, `exec:COMMAND`, `unix:PATH` and `tcp:HOST:PORT`; undefined: none of these. */
export function parseStateAddress(text: string): StateAddress | undefined {
  const [, scheme, rest = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  switch (scheme) {
    case 'file':
      if (rest === '') throw new UserError(`'${text}': no file is named; write file:PATH`);
      return { kind: 'file', path: rest };
    case 'exec':
      if (rest === '') throw new UserError(`'${text}': no command is given; write exec:COMMAND`);
      return { kind: 'exec', line: rest };
    case 'unix':
      if (rest === '') throw new UserError(`'${text}': no path is given; write unix:PATH`);
      return { kind: 'socket', address: { type: 'unix', path: rest } };
    case 'tcp':
      return { kind: 'socket', address: tcpAddress(text, rest) };
    default:
      return undefined;
  }
}

function tcpAddress(text: string, rest: string): SocketAddress {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(rest);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65535) {
    throw new UserError(`'${text}' is not tcp:HOST:PORT; write it as tcp:127.0.0.1:4444`);
  }
  const host = parts[1] ?? parts[2]!;
  // As a listener's it has always stood for every address of the host.
  return { type: 'tcp', host: host === '0' ? '' : host, port };
}

export async function openReceiver(to: StateAddress, host: TransportHost): Promise<StateReceiver> {
  switch (to.kind) {
    case 'file': {
      const file = await host.files.append(to.path, { truncate: true });
      const close = (): Promise<void> => file.close();
      return { write: (bytes) => file.append(bytes), close, abandon: close };
    }
    case 'exec':
      return toProgram(to.line, host);
    case 'socket': {
      return toStream(await host.network.connect(to.address));
    }
  }
}

function toProgram(line: string, { processes }: TransportHost): StateReceiver {
  const child = processes.start(line);
  void drop(child.output);
  const ended = async (): Promise<void> => {
    const status = await child.end();
    if (status !== 0) throw new UserError(`the command ended with status ${status}; try it by itself`);
  };
  return {
    async write(bytes) {
      await child.write(bytes).catch(async () => {
        await ended();
        throw new UserError('the command ended before it had read everything; try it by itself');
      });
    },
    close: ended,
    async abandon() {
      child.kill();
      await child.end();
    },
  };
}

/** What nobody wants must be read, or its writer waits for ever. */
async function drop(output: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of output);
}

function toStream(stream: ByteStream): StateReceiver {
  let wake = (): void => {};
  let error: UserError | undefined;
  stream.listen({
    data() {},
    drain: () => wake(),
    closed(cause) {
      error = new UserError('the other side closed the connection; see what it says', { cause });
      wake();
    },
  });
  return {
    async write(bytes) {
      if (error !== undefined) throw error;
      if (stream.write(bytes)) return;
      await new Promise<void>((resolve) => (wake = resolve));
      if (error !== undefined) throw error;
    },
    close: () => stream.close(),
    abandon: () => stream.close(),
  };
}

/** Something that a machine's state comes from. */
export interface StateOrigin {
  /** Where it listens, while it waits for the other side. */
  readonly listening: SocketAddress | undefined;
  /** What comes, once something does. */
  readonly bytes: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a file, starts a command, or listens for one connection. */
export async function openOrigin(from: StateAddress, host: TransportHost): Promise<StateOrigin> {
  switch (from.kind) {
    case 'file': {
      const file = await host.files.open(from.path, 'read');
      return { listening: undefined, bytes: fileBytes(file), close: () => file.close() };
    }
    case 'exec': {
      const child = host.processes.start(from.line);
      const close = async (): Promise<void> => {
        child.kill();
        await child.end();
      };
      return { listening: undefined, bytes: child.output, close };
    }
    case 'socket':
      return listenOnce(from.address, host);
  }
}

/** A file from its start to its end. What comes is borrowed until the next. */
export async function* fileBytes(file: {
  read(offset: number, ...into: Uint8Array[]): Promise<number>;
}): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(PIECE);
  for (let offset = 0; ;) {
    const count = await file.read(offset, piece);
    if (count === 0) return;
    offset += count;
    yield piece.subarray(0, count);
  }
}

async function listenOnce(address: SocketAddress, { network }: TransportHost): Promise<StateOrigin> {
  const { promise, resolve } = Promise.withResolvers<ByteStream>();
  let listener: Listener | undefined = await network.listen(address, (socket) => resolve(socket));
  const stopListening = async (): Promise<void> => {
    await listener?.close();
    listener = undefined;
  };
  let stream: ByteStream | undefined;
  return {
    listening: listener.address,
    bytes: (async function* () {
      stream = await promise;
      await stopListening();
      yield* streamBytes(stream);
    })(),
    async close() {
      await stopListening();
      await stream?.close();
    },
  };
}

/** What comes out of a stream until it is closed. */
async function* streamBytes(stream: ByteStream): AsyncGenerator<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let held = 0;
  let isClosed = false;
  let wake = (): void => {};
  stream.listen({
    data(bytes) {
      waiting.push(bytes.slice());
      held += bytes.length;
      if (held > MOST_WAITING) stream.pause();
      wake();
    },
    drain() {},
    closed() {
      isClosed = true;
      wake();
    },
  });
  for (;;) {
    const next = waiting.shift();
    if (next !== undefined) {
      held -= next.length;
      if (held <= MOST_WAITING) stream.resume();
      yield next;
    } else if (isClosed) {
      return;
    } else {
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
}
