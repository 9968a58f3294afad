import { BugError, UserError } from '../base/errors.ts';
import { JsonReader } from '../qapi/json-reader.ts';
import { JsonWriter, writeJson } from '../qapi/json-writer.ts';
import type { Json, JsonError, JsonObject } from '../qapi/json.ts';
import { type ErrorClass, QapiError } from '../qapi/error.ts';
import type { Capability, QmpContext } from './command.ts';
import { CATALOG } from './commands/index.ts';
import { prettyJson } from './pretty-json.ts';
import { QmpRequest } from './qmp-request.ts';
import type { MachineEvent, MonitorTarget } from './target.ts';
import type { ByteOutput, SessionOptions } from './session.ts';
import { PACKAGE, PROTOCOL } from './version.ts';

/**
 * One QMP connection, from the greeting on. Make it when the client is there, feed it what the client
 * sends, close it when the client leaves. Any number can watch one machine.
 *
 * ```
 *  negotiating ──qmp_capabilities──▶ open: commands one after the other, events between their answers
 * ```
 */
export class QmpSession {
  readonly #target: MonitorTarget;
  readonly #output: ByteOutput;
  readonly #writer = new JsonWriter();
  readonly #context: QmpContext;
  readonly #onBug: (error: unknown) => void;
  readonly #isPretty: boolean;
  readonly #reader: JsonReader;
  readonly #unsubscribe: () => void;
  readonly #leave: () => void;
  #negotiated = false;
  #oob = false;
  #closed = false;
  /** The last of the commands that wait for each other; nothing if none is under way. */
  #tail: Promise<void> | undefined;
  #waiting = 0;

  constructor(target: MonitorTarget, output: ByteOutput, options: SessionOptions = {}) {
    this.#target = target;
    this.#output = output;
    this.#onBug = options.onBug ?? (() => {});
    this.#isPretty = options.isPretty ?? false;
    this.#context = {
      target,
      catalog: options.catalog ?? CATALOG,
      negotiate: (enable) => this.#negotiate(enable),
    };
    this.#reader = new JsonReader({
      document: (value) => this.#receive(value),
      mistake: (error) => this.#enqueue(() => this.#send(errorAnswer(error))),
    });
    this.#leave = target.activity.arrive();
    this.#unsubscribe = target.subscribe((event) => this.#tell(event));
    this.#send({ QMP: { version: { qemu: PROTOCOL, package: PACKAGE }, capabilities: ['oob'] } });
  }

  /**
   * Bytes from the client, cut anywhere; borrowed for the call. Resolves when all commands in them are
   * answered. Never throws, never rejects.
   */
  async feed(chunk: Uint8Array | string): Promise<void> {
    if (this.#closed) return;
    this.#reader.feed(chunk);
    await this.#tail;
  }

  /** So many commands wait that no more should be read. Some are, so that one can overtake the others. */
  get isBehind(): boolean {
    return this.#waiting >= MAX_WAITING;
  }

  /** The client is gone. Commands under way still finish. */
  close(): void {
    this.#closed = true;
    this.#leave();
    this.#unsubscribe();
  }

  #receive(document: Json): void {
    this.#target.traces.emit('handle_qmp_command', () => writeJson(document));
    const request = QmpRequest.read(document, this.#oob);
    if (request.isOutOfBand) void this.#answer(request);
    else this.#enqueue(() => this.#answer(request));
  }

  /** Does it now if nothing is before it. */
  #enqueue(step: () => Promise<void> | void): void {
    if (this.#tail === undefined) {
      const done = step();
      if (!(done instanceof Promise)) return;
      this.#follow(done);
      return;
    }
    this.#waiting++;
    const next = (): Promise<void> | void => {
      this.#waiting--;
      return step();
    };
    this.#follow(this.#tail.then(next));
  }

  #follow(work: Promise<void>): void {
    const tail = work.then(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
  }

  /** Runs a command. Synchronous as long as the command is. */
  #answer(request: QmpRequest): Promise<void> | void {
    const { activity } = this.#target;
    const began = performance.now();
    const answer = (message: JsonObject): void => {
      activity.answered(performance.now() - began);
      const signed = request.sign(message);
      this.#target.traces.emit('monitor_qmp_respond', () => writeJson(signed));
      this.#send(signed);
    };
    const fail = (error: unknown): void => {
      activity.errors++;
      answer(this.#failure(error));
    };
    const succeed = (value: unknown): void => answer({ return: (value ?? {}) as Json });
    if (this.#closed) return;
    try {
      const value = this.#run(request);
      if (value instanceof Promise) return value.then(succeed).catch(fail);
      succeed(value);
    } catch (error) {
      fail(error);
    }
  }

  #run(request: QmpRequest): unknown {
    if (request.mistake !== undefined) throw request.mistake;
    const { command: name, isOutOfBand } = request;
    // What a connection may send changes as it goes, so this is looked at when the command's turn has come.
    const isNegotiation = name === 'qmp_capabilities';
    if (!this.#negotiated && !isNegotiation)
      throw new QapiError("Expecting capabilities negotiation with 'qmp_capabilities'", 'CommandNotFound');
    const command = this.#context.catalog.commands.get(name);
    if (command === undefined) throw new QapiError(`The command ${name} has not been found`, 'CommandNotFound');
    if (isOutOfBand && !command.oob) throw new QapiError(`The command ${name} does not support OOB`);
    if (this.#negotiated && isNegotiation)
      throw new QapiError('Capabilities negotiation is already complete, command ignored', 'CommandNotFound');
    return command.call(request.arguments, this.#context);
  }

  #failure(error: unknown): JsonObject {
    if (error instanceof UserError) return errorAnswer(error);
    this.#onBug(error);
    return errorAnswer(new BugError(`internal error: ${String(error)}`));
  }

  #negotiate(enable: readonly Capability[]): void {
    this.#negotiated = true;
    this.#oob = enable.includes('oob');
  }

  #tell(event: MachineEvent): void {
    if (!this.#negotiated) return;
    this.#target.activity.events++;
    this.#target.traces.emit('monitor_protocol_event_emit', () => event.name);
    const now = this.#target.wall();
    const seconds = Math.floor(now);
    this.#send({
      timestamp: { seconds, microseconds: Math.floor((now - seconds) * 1e6) },
      event: event.name,
      ...('data' in event ? { data: event.data } : {}),
    });
  }

  #send(message: Json): void {
    if (this.#closed) return;
    const bytes = this.#isPretty
      ? new TextEncoder().encode(`${prettyJson(message)}\r\n`)
      : this.#writer.write(message, '\r\n');
    this.#output.write(bytes);
  }
}

/** As many as clients are used to. */
const MAX_WAITING = 8;

function errorAnswer(error: JsonError | UserError | BugError): JsonObject {
  const errorClass: ErrorClass = error instanceof QapiError ? error.errorClass : 'GenericError';
  return { error: { class: errorClass, desc: error.message } };
}
