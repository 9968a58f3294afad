import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../base/errors.ts';
import { Arena } from '../../mem/arena.ts';
import { parseRecording } from './log.ts';
import { EVENTS, recordingOf } from './recording.fuzz.ts';
import { Tape } from './tape.ts';

const RECORDED = { nanoseconds: 8, seed: '18446744073709551615', rtcBase: 1.5, facts: { memory: '4096', cpu: 'rv64' } };

test('what is written on a tape is read from the recording', async () => {
  const tape = new Tape(new Arena(1 << 20));
  const pieces: Uint8Array[] = [];
  const end = tape.drainInto(
    RECORDED,
    (bytes) => void pieces.push(bytes.slice()),
    (error) => assert.fail(String(error)),
  );
  for (const event of EVENTS) tape.write(event);
  await end();
  const { recorded, events } = parseRecording(Uint8Array.from(pieces.flatMap((piece) => [...piece])));
  assert.deepEqual(recorded, RECORDED);
  assert.deepEqual(events, EVENTS);
});

test('every beginning of a recording is cut short, and every changed bit is seen', () => {
  const bytes = recordingOf(EVENTS);
  const refusal = (wrong: Uint8Array): string => {
    try {
      parseRecording(wrong);
    } catch (error) {
      assert.ok(error instanceof UserError);
      return error.message;
    }
    return '';
  };
  assert.equal(refusal(bytes), '');
  for (let length = 0; length < bytes.length; length++) {
    assert.match(
      refusal(bytes.subarray(0, length)),
      length < 18 ? /not a recording/ : /cut short|version|damaged/,
      `${length}`,
    );
  }
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const wrong = bytes.slice();
    wrong[bit >> 3]! ^= 1 << (bit & 7);
    assert.notEqual(refusal(wrong), '', `${bit}`);
  }
  assert.match(refusal(Uint8Array.from([...bytes, 0])), /damaged/);
});
