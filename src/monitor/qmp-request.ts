import { QapiError } from '../qapi/error.ts';
import { isObject, type Json, type JsonObject } from '../qapi/json.ts';

/** A document from a client, taken apart: a command, or what is wrong with it. */
export class QmpRequest {
  readonly command: string = '';
  readonly arguments: JsonObject = {};
  /** Sent with exec-oob, so it does not wait for its turn. */
  readonly isOutOfBand: boolean = false;
  readonly mistake: QapiError | undefined;
  readonly #id: Json | undefined;

  private constructor(
    id: Json | undefined,
    read: QapiError | Pick<QmpRequest, 'command' | 'arguments' | 'isOutOfBand'>,
  ) {
    this.#id = id;
    if (read instanceof QapiError) this.mistake = read;
    else ({ command: this.command, arguments: this.arguments, isOutOfBand: this.isOutOfBand } = read);
  }

  /** `oob`: the connection has that capability. */
  static read(document: Json, oob: boolean): QmpRequest {
    if (!isObject(document)) return new QmpRequest(undefined, new QapiError('QMP input must be a JSON object'));
    return new QmpRequest(document['id'], readMembers(document, oob));
  }

  /** Puts the client's id on an answer, so that it knows what it is an answer to. */
  sign(answer: JsonObject): JsonObject {
    return this.#id === undefined ? answer : { ...answer, id: this.#id };
  }
}

const MEMBERS: ReadonlySet<string> = new Set(['execute', 'exec-oob', 'arguments', 'id']);

function readMembers(
  document: JsonObject,
  oob: boolean,
): QapiError | Pick<QmpRequest, 'command' | 'arguments' | 'isOutOfBand'> {
  for (const name in document) if (!MEMBERS.has(name)) return inMember(name, 'is unexpected');
  const { execute, 'exec-oob': outOfBand, arguments: given } = document;
  if (outOfBand !== undefined && !oob) return inMember('exec-oob', 'is unexpected');
  if (execute !== undefined && typeof execute !== 'string') return inMember('execute', 'must be a string');
  if (outOfBand !== undefined && typeof outOfBand !== 'string') return inMember('exec-oob', 'must be a string');
  if (execute !== undefined && outOfBand !== undefined) return inMember('execute', "clashes with 'exec-oob'");
  if (given !== undefined && !isObject(given)) return inMember('arguments', 'must be an object');
  const command = execute ?? outOfBand;
  if (typeof command !== 'string') return new QapiError("QMP input lacks member 'execute'");
  return { command, arguments: given ?? {}, isOutOfBand: outOfBand !== undefined };
}

const inMember = (name: string, what: string): QapiError => new QapiError(`QMP input member '${name}' ${what}`);
