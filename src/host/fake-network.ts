import { UserError } from '../base/errors.ts';
import { FakeStream } from './fake-stream.ts';
import type { Listener, Network, Socket, SocketAddress } from './network.ts';
import { formatAddress } from './network.ts';

/** Sockets that reach only each other. */
export class FakeNetwork implements Network {
  readonly #listeners = new Map<string, (socket: Socket) => void>();
  #nextPort = 40_000;

  async listen(wanted: SocketAddress, connected: (socket: Socket) => void): Promise<Listener> {
    const address = wanted.type === 'tcp' && wanted.port === 0 ? { ...wanted, port: this.#nextPort++ } : wanted;
    const key = formatAddress(address);
    if (this.#listeners.has(key)) throw new UserError(`cannot listen on ${key}: it is in use; choose another`);
    this.#listeners.set(key, connected);
    return {
      address,
      close: async () => {
        this.#listeners.delete(key);
      },
    };
  }

  async connect(remote: SocketAddress): Promise<Socket> {
    const key = formatAddress(remote);
    const connected = this.#listeners.get(key);
    if (connected === undefined) {
      throw new UserError(`cannot connect to ${key}: nobody listens there; start the other side first`);
    }
    const local: SocketAddress =
      remote.type === 'unix' ? { type: 'unix', path: '' } : { ...remote, port: this.#nextPort++ };
    const [near, far] = FakeStream.pair();
    connected(Object.assign(far, { local: remote, remote: local }));
    return Object.assign(near, { local, remote });
  }
}
