import { UserError } from '../../base/errors.ts';
import { encodeEvent, type Event } from './event.ts';
import { Checksum, encodeChecksum, encodeStart, parseRecording } from './log.ts';

/** A recording is accepted or refused; one that is accepted says the same when it is written again. */
export function fuzzRecording(data: Uint8Array): void {
  for (const bytes of [data, withChecksum(data)]) {
    try {
      const { events } = parseRecording(bytes);
      if (events.at(-1)!.kind !== 'end') throw new Error('a recording without its end');
      if (JSON.stringify(parseRecording(recordingOf(events)).events) !== JSON.stringify(events)) {
        throw new Error('written again, it says something else');
      }
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (error.message.includes('\n')) throw new Error('more than a line', { cause: error });
    }
  }
}

/** So that more than the checksum is looked at. */
function withChecksum(data: Uint8Array): Uint8Array {
  const sum = new Checksum();
  sum.add(data);
  return Uint8Array.from([...data, ...encodeChecksum(sum)]);
}

/** A whole recording of these events. */
export function recordingOf(events: readonly Event[]): Uint8Array {
  const parts = [encodeStart({ nanoseconds: 1, seed: '7', rtcBase: 0, facts: { memory: '1' } })];
  let last = { count: 0, ahead: 0 };
  for (const event of events) {
    parts.push(encodeEvent(event, last));
    last = event;
  }
  return withChecksum(Uint8Array.from(parts.flatMap((part) => [...part])));
}

export const EVENTS: readonly Event[] = [
  { count: 0, ahead: 0, kind: 'open', port: 0, isOpen: true },
  { count: 5, ahead: 0, kind: 'input', port: 0, bytes: new TextEncoder().encode('typed') },
  { count: 5, ahead: 100, kind: 'break', port: 1 },
  { count: 2 ** 40, ahead: 2 ** 45, kind: 'done', disk: 0, id: 1023, error: 5 },
  { count: 2 ** 40, ahead: 2 ** 45, kind: 'reset' },
  { count: 2 ** 50, ahead: 2 ** 45, kind: 'end', cause: 'guest-shutdown' },
];

export const target = {
  name: 'recording',
  run: fuzzRecording,
  seeds: (): Uint8Array[] => [recordingOf(EVENTS), recordingOf(EVENTS).subarray(0, -4), recordingOf(EVENTS.slice(-1))],
};
