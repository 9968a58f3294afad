import { connect, type Socket } from 'node:net';

interface Stat {
  readonly name: string;
  readonly value: number;
}

/** As much of a monitor's client as reads statistics: one command at a time. */
export class QmpClient implements Disposable {
  readonly #socket: Socket;
  #text = '';
  #answer: ((value: unknown) => void) | undefined;

  static async connect(path: string): Promise<QmpClient> {
    const client = new QmpClient(connect(path));
    await client.#execute({ execute: 'qmp_capabilities' });
    return client;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
  }

  /** The translator's statistics, by name. */
  async translatorStats(): Promise<(name: string) => number> {
    const command = { execute: 'query-stats', arguments: { target: 'vm', providers: [{ provider: 'tcg' }] } };
    const [{ stats }] = (await this.#execute(command)) as [{ stats: readonly Stat[] }];
    const byName = new Map(stats.map(({ name, value }) => [name, value]));
    return (name) => byName.get(name) ?? Number.NaN;
  }

  #execute(command: object): Promise<unknown> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#socket.write(`${JSON.stringify(command)}\n`);
    });
  }

  #receive(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop()!;
    for (const line of lines) {
      const message = JSON.parse(line) as { return?: unknown };
      // Greeting and events are nobody's answer.
      if ('return' in message) this.#answer?.(message.return);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
