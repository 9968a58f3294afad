import type { Listener, Socket, SocketAddress } from '../host/network.ts';
import { formatAddress } from '../host/network.ts';
import { Chardev } from './chardev.ts';
import type { CharEnv, CharKind } from './kind.ts';
import type { SocketOptions } from './socket-options.ts';
import { socketOptions } from './socket-options.ts';

/**
 * A connection, one at a time.
 *
 *     server: listening --a client calls--> connected --it leaves--> listening
 *     client: connected --the server leaves--> disconnected --reconnect seconds--> connected
 *
 * A client that calls a server while another is connected waits for its turn.
 */
export class SocketChardev extends Chardev {
  readonly #options: SocketOptions;
  readonly #env: CharEnv;
  #address: SocketAddress;
  #listener: Listener | undefined;
  #socket: Socket | undefined;
  #queue: Socket[] = [];
  #ended = false;
  #stopRetrying = (): void => {};
  #firstClient = (): void => {};

  constructor(label: string, options: SocketOptions, env: CharEnv) {
    super(label);
    this.#options = options;
    this.#env = env;
    this.#address = options.address;
  }

  get filename(): string {
    const server = this.#options.server ? ',server=on' : '';
    const socket = this.#socket;
    if (socket === undefined) return `disconnected:${formatAddress(this.#address)}${server}`;
    if (socket.local.type === 'unix') return `${formatAddress(this.#address)}${server}`;
    return `${formatAddress(socket.local)}${server} <-> ${formatAddress(socket.remote).slice('tcp:'.length)}`;
  }

  /** Cuts the connection; a server waits for the next, a client may call again. */
  disconnect(): void {
    void this.#socket?.close();
  }

  async start(): Promise<void> {
    const { server, wait, reconnect } = this.#options;
    const { network } = this.#env.host;
    if (server) {
      const first = new Promise<void>((resolve) => {
        this.#firstClient = resolve;
      });
      this.#listener = await network.listen(this.#address, (socket) => this.#accept(socket), this.#options);
      this.#address = this.#listener.address;
      if (!wait) return;
      this.#env.notify(`waiting for connection on: ${this.filename}`);
      await first;
    } else if (reconnect > 0) {
      await this.#call();
    } else {
      this.#use(await network.connect(this.#address, this.#options));
    }
  }

  protected send(bytes: Uint8Array): boolean {
    return this.#socket?.write(bytes) ?? true;
  }

  protected override pauseInput(): void {
    this.#socket?.pause();
  }

  protected override resumeInput(): void {
    this.#socket?.resume();
  }

  protected async end(): Promise<void> {
    this.#ended = true;
    this.#stopRetrying();
    await this.#listener?.close();
    await this.#socket?.close();
    await Promise.all(this.#queue.map((socket) => socket.close()));
    this.setOpen(false);
  }

  #accept(socket: Socket): void {
    if (this.#ended) void socket.close();
    else if (this.#socket === undefined) this.#use(socket);
    else this.#queue.push(socket);
  }

  async #call(): Promise<void> {
    try {
      const socket = await this.#env.host.network.connect(this.#address, this.#options);
      if (this.#ended) await socket.close();
      else this.#use(socket);
    } catch {
      this.#retry();
    }
  }

  #retry(): void {
    const { reconnect } = this.#options;
    if (reconnect === 0 || this.#ended) return;
    this.#stopRetrying = this.#env.host.timers.after(reconnect * 1000, () => void this.#call());
  }

  #use(socket: Socket): void {
    this.#socket = socket;
    socket.listen({
      data: (bytes) => this.receive(bytes),
      drain: () => this.drained(),
      closed: () => this.#lost(),
    });
    if (this.blocked) socket.pause();
    this.setOpen(true);
    this.#firstClient();
  }

  #lost(): void {
    this.#socket = undefined;
    this.setOpen(false);
    // Whoever waits for room waits for a peer that has gone.
    this.drained();
    const next = this.#queue.shift();
    if (this.#ended) void next?.close();
    else if (next !== undefined) this.#use(next);
    else this.#retry();
  }
}

export const socketKind: CharKind = {
  name: 'socket',
  doc:
    'A connection to the unix socket `path`, or to TCP `host` and `port`. `server=on` listens there instead, and ' +
    '`wait=off` does not hold the machine until a client has come. `reconnect=SECONDS` makes a client call again.',
  async open(label, options, env) {
    const chardev = new SocketChardev(label, socketOptions(options), env);
    await chardev.start();
    return chardev;
  },
};
