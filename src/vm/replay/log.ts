import { UserError } from '../../base/errors.ts';
import { decodeEvent, type Event } from './event.ts';
import { ByteCursor } from './varint.ts';

/**
 * A recording: the line `tinamou recording 1`; 32 bits, little-endian, the length of the JSON text of what was
 * recorded; that text; the events, the last of which says `end`; 32 bits of checksum of all before it.
 */
const MAGIC = 'tinamou recording ';
const VERSION = 1;
const FIRST_LINE = `${MAGIC}${VERSION}\n`;

/** The machine that was recorded: what a replay takes over, and what must be the same. */
export interface Recorded {
  /** Nanoseconds of an instruction. */
  readonly nanoseconds: number;
  /** A decimal number. */
  readonly seed: string;
  /** Seconds since 1970 at the start. */
  readonly rtcBase: number;
  /** What else must be the same, by what a user calls it. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface Recording {
  readonly recorded: Recorded;
  readonly events: readonly Event[];
}

/** FNV-1a, 32 bits, over bytes that come in pieces. */
export class Checksum {
  value = 0x811c_9dc5;

  add(bytes: Uint8Array): void {
    let value = this.value;
    for (const byte of bytes) value = Math.imul(value ^ byte, 0x0100_0193);
    this.value = value >>> 0;
  }
}

/** How a recording begins. */
export function encodeStart(recorded: Recorded): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(recorded));
  const first = new TextEncoder().encode(FIRST_LINE);
  const bytes = new Uint8Array(first.length + 4 + text.length);
  bytes.set(first);
  new DataView(bytes.buffer).setUint32(first.length, text.length, true);
  bytes.set(text, first.length + 4);
  return bytes;
}

/** How it ends, after the event that says so. */
export function encodeChecksum({ value }: Checksum): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Reads a recording. Throws a UserError, which does not name the file, if the bytes are none. */
export function parseRecording(bytes: Uint8Array): Recording {
  const text = (from: number, to: number): string => new TextDecoder('latin1').decode(bytes.slice(from, to));
  if (text(0, MAGIC.length) !== MAGIC) throw new UserError('not a recording: make one with rr=record');
  if (text(0, FIRST_LINE.length) !== FIRST_LINE) {
    throw new UserError(`recorded by another version of this program, which wrote '${text(0, 24).split('\n')[0]}'`);
  }
  const from = FIRST_LINE.length + 4;
  const length = bytes.length < from ? Infinity : viewOf(bytes).getUint32(FIRST_LINE.length, true);
  const end = bytes.length - 4;
  if (from + length > end) throw cutShort();
  const recorded = parseRecorded(bytes.subarray(from, from + length));
  const cursor = new ByteCursor(bytes, from + length, end);
  const events: Event[] = [];
  let last = { count: 0, ahead: 0 };
  for (;;) {
    if (cursor.isAtEnd) throw cutShort();
    const event = decodeEvent(cursor, last);
    if (event === undefined) throw cursor.isAtEnd ? cutShort() : damaged();
    events.push(event);
    last = event;
    if (event.kind === 'end') break;
  }
  const sum = new Checksum();
  sum.add(bytes.subarray(0, end));
  if (!cursor.isAtEnd || viewOf(bytes).getUint32(end, true) !== sum.value) throw damaged();
  return { recorded, events };
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const cutShort = (): UserError => new UserError('the recording is cut short: whoever made it did not come to its end');
const damaged = (): UserError => new UserError('the recording is damaged');

function parseRecorded(bytes: Uint8Array): Recorded {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes.slice()));
  } catch {
    throw damaged();
  }
  if (!isRecorded(json)) throw damaged();
  return json;
}

function isRecorded(json: unknown): json is Recorded {
  if (typeof json !== 'object' || json === null) return false;
  const { nanoseconds, seed, rtcBase, facts } = json as Partial<Record<keyof Recorded, unknown>>;
  return (
    typeof nanoseconds === 'number' &&
    Number.isInteger(Math.log2(nanoseconds)) &&
    nanoseconds >= 1 &&
    nanoseconds <= 1024 &&
    typeof seed === 'string' &&
    /^\d{1,20}$/.test(seed) &&
    typeof rtcBase === 'number' &&
    typeof facts === 'object' &&
    facts !== null &&
    Object.values(facts).every((fact) => typeof fact === 'string')
  );
}
