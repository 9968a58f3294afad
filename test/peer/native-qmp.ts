import { type ChildProcess, spawn } from 'node:child_process';
import { JsonReader } from '../../src/qapi/json-reader.ts';
import { writeJson } from '../../src/qapi/json-writer.ts';
import { isObject, type Json, type JsonObject } from '../../src/qapi/json.ts';

/** A QMP connection to a native QEMU that does not run its machine. */
export class NativeQmp implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #received: JsonObject[] = [];
  #wake: () => void = () => {};
  #marks = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    const reader = new JsonReader({
      document: (value) => {
        if (isObject(value)) this.#received.push(value);
        this.#wake();
      },
      mistake: (error) => {
        throw error;
      },
    });
    child.stdout!.on('data', (chunk: Uint8Array) => reader.feed(chunk));
    child.on('close', () => this.#wake());
  }

  /** `negotiate` is false for a test that does it itself. */
  static async start(args: readonly string[] = ['-M', 'none'], negotiate = true): Promise<NativeQmp> {
    const common = ['-display', 'none', '-S', '-nodefaults', '-qmp', 'stdio'];
    const child = spawn('qemu-system-riscv64', [...common, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    const native = new NativeQmp(child);
    await native.#until(() => native.#received.length > 0);
    native.#received.length = 0;
    if (negotiate) await native.exchange(new TextEncoder().encode('{"execute": "qmp_capabilities"}'));
    return native;
  }

  /** Sends bytes and returns everything that comes back. They must not leave a document open. */
  async exchange(bytes: Uint8Array): Promise<readonly JsonObject[]> {
    // An id of its own marks the end of the answers; even a refused command echoes it.
    const mark = `end ${this.#marks++}`;
    this.#child.stdin!.write(bytes);
    this.#child.stdin!.write(`{"execute": "query-version", "id": "${mark}"}`);
    const isMark = (answer: JsonObject): boolean => answer['id'] === mark;
    await this.#until(() => this.#received.some(isMark));
    const answers = this.#received.splice(0, this.#received.findIndex(isMark) + 1);
    return answers.slice(0, -1);
  }

  /** One command, its answers and the events with them. */
  send(command: Json): Promise<readonly JsonObject[]> {
    return this.exchange(new TextEncoder().encode(writeJson(command)));
  }

  /** What QEMU makes of a value. */
  async echo(value: Json): Promise<Json> {
    const [answer] = await this.send({ execute: 'query-version', id: { value } });
    const id = answer?.['id'];
    return isObject(id) ? (id['value'] ?? null) : null;
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#child.exitCode !== null) throw new Error(`QEMU ended with status ${this.#child.exitCode}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = new Promise((resolve) => this.#child.on('close', resolve));
    this.#child.kill();
    await closed;
  }
}
