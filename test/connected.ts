import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * A connection to a unix socket that a program is about to make: its name is there a moment before anybody listens.
 * Fails when `isWanted` says so, or after half a minute.
 */
export async function connected(path: string, isWanted: () => boolean = () => true): Promise<Socket> {
  let last: unknown;
  for (let i = 0; i < 3000 && isWanted(); i++) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      last = error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  throw new Error(`nobody listens at ${path}`, { cause: last });
}
