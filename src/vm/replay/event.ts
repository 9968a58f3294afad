import type { Cause } from '../run-state.ts';
import { type ByteCursor, putVarint } from './varint.ts';

/**
 * An instant between two instructions: how many were retired before it, and how many nanoseconds virtual time
 * is ahead of them, which tells apart the instants at which a CPU waits.
 */
export interface Instant {
  readonly count: number;
  readonly ahead: number;
}

/** What came to the machine from outside. Ports and disks are numbered as in its configuration. */
export type Happening =
  | { readonly kind: 'input'; readonly port: number; readonly bytes: Uint8Array }
  | { readonly kind: 'open'; readonly port: number; readonly isOpen: boolean }
  | { readonly kind: 'break'; readonly port: number }
  /** A disk carried out a request; the guest is told later. */
  | { readonly kind: 'done'; readonly disk: number; readonly id: number; readonly error: number }
  /** Somebody outside reset the machine. */
  | { readonly kind: 'reset' }
  /** The recording ends: nothing follows. */
  | { readonly kind: 'end'; readonly cause: Cause };

export type Event = Instant & Happening;

const KINDS = ['input', 'open', 'break', 'done', 'reset', 'end'] as const;
const CAUSES: readonly Cause[] = [
  'host-qmp-quit',
  'host-qmp-system-reset',
  'host-signal',
  'host-ui',
  'guest-shutdown',
  'guest-reset',
];
/** Ports, disks, requests and errors are below it. */
const SMALL = 2 ** 16;

/**
 * An event as bytes: kind; what its instant's two numbers grew by since the last event's; what belongs to it.
 * `after` is the last event's instant.
 */
export function encodeEvent(event: Event, after: Instant): Uint8Array {
  const bytes: number[] = [KINDS.indexOf(event.kind)];
  putVarint(bytes, event.count - after.count);
  putVarint(bytes, event.ahead - after.ahead);
  switch (event.kind) {
    case 'input':
      putVarint(bytes, event.port);
      putVarint(bytes, event.bytes.length);
      return Uint8Array.from([...bytes, ...event.bytes]);
    case 'open':
      putVarint(bytes, event.port);
      bytes.push(event.isOpen ? 1 : 0);
      break;
    case 'break':
      putVarint(bytes, event.port);
      break;
    case 'done':
      for (const number of [event.disk, event.id, event.error]) putVarint(bytes, number);
      break;
    case 'end':
      bytes.push(CAUSES.indexOf(event.cause));
  }
  return Uint8Array.from(bytes);
}

/** The next event; undefined if the bytes are none. */
export function decodeEvent(from: ByteCursor, after: Instant): Event | undefined {
  const kind = KINDS[from.byte()];
  const instant = { count: after.count + from.varint(), ahead: after.ahead + from.varint() };
  const happening = kind === undefined ? undefined : decodeHappening(kind, from);
  const isSane = Number.isSafeInteger(instant.count) && Number.isSafeInteger(instant.ahead);
  return happening === undefined || from.isBroken || !isSane ? undefined : { ...instant, ...happening };
}

function decodeHappening(kind: Happening['kind'], from: ByteCursor): Happening | undefined {
  const small = (): number => {
    const value = from.varint();
    if (value >= SMALL) from.isBroken = true;
    return value;
  };
  switch (kind) {
    case 'input':
      return { kind, port: small(), bytes: from.bytes(small()) };
    case 'open':
      return { kind, port: small(), isOpen: from.byte() !== 0 };
    case 'break':
      return { kind, port: small() };
    case 'done':
      return { kind, disk: small(), id: small(), error: small() };
    case 'reset':
      return { kind };
    case 'end': {
      const cause = CAUSES[from.byte()];
      return cause && { kind, cause };
    }
  }
}
