import { connect, type Socket } from 'node:net';
import { UserError } from '../../base/errors.ts';
import { JsonReader } from '../../qapi/json-reader.ts';
import { writeJson } from '../../qapi/json-writer.ts';
import { isObject, type Json, type JsonObject } from '../../qapi/json.ts';

interface Waiting {
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to a machine's QMP monitor. Answers come in the order of the commands. */
export class QmpClient implements Disposable {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  #greeted!: (greeting: Json) => void;
  #lost: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new JsonReader({
      document: (value) => this.#receive(value),
      mistake: (error) => this.#end(new UserError(`this is no QMP monitor: ${error.message}`)),
    });
    socket.on('data', (bytes) => reader.feed(bytes));
    socket.on('close', () => this.#end(new UserError('the machine is gone')));
  }

  /** `where` is the path of a socket, or HOST:PORT. Resolves when commands can be sent. */
  static async connect(where: string): Promise<QmpClient> {
    const address = /^([^/]*):(\d+)$/.exec(where);
    const socket = address === null ? connect(where) : connect(Number(address[2]), address[1]);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) =>
        reject(
          new UserError(
            `cannot connect to '${where}': ${cause.message}; start the machine with -qmp unix:PATH,server=on,wait=off`,
            { cause },
          ),
        ),
      );
    });
    socket.on('error', () => {});
    const client = new QmpClient(socket);
    await new Promise<Json>((resolve, reject) => {
      client.#greeted = resolve;
      client.#waiting.push({ resolve, reject });
    });
    client.#waiting.length = 0;
    await client.run('qmp_capabilities');
    return client;
  }

  run(execute: string, args?: JsonObject): Promise<Json> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    this.#socket.write(`${writeJson(args === undefined ? { execute } : { execute, arguments: args })}\n`);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #receive(message: Json): void {
    if (!isObject(message)) return;
    if ('QMP' in message) return this.#greeted(message['QMP']!);
    if ('event' in message) return;
    const waiting = this.#waiting.shift();
    const { error } = message;
    if (isObject(error)) waiting?.reject(new UserError(String(error['desc'])));
    else waiting?.resolve(message['return'] ?? null);
  }

  #end(error: Error): void {
    this.#lost ??= error;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#lost);
  }

  [Symbol.dispose](): void {
    this.#end(new UserError('the connection was closed'));
  }
}
