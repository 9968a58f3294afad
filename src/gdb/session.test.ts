import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertGolden } from '../../test/golden.ts';
import { FakeTarget } from './fake-target.ts';
import { packet, PacketReader } from './framing.ts';
import { fuzzGdb, target as fuzzTarget } from './gdb.fuzz.ts';
import { PACKETS } from './packets/index.ts';
import { serveGdb, type GdbFrontend, type GdbPort } from './serve.ts';
import { GdbSession } from './session.ts';
import type { Stop } from './target.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const fail = (error: unknown): never => {
  throw error;
};

/** A session with what it says: packets by their data, acknowledgements as they are. */
function session(target = new FakeTarget()): { target: FakeTarget; gdb: GdbSession; said: () => string[] } {
  const reader = new PacketReader();
  let said: string[] = [];
  const gdb = new GdbSession(
    target,
    (chunk) => {
      for (const byte of chunk) {
        const received = reader.take(byte);
        if (received?.kind === 'packet') said.push(received.data);
        else if (received !== undefined) said.push({ ack: '+', nack: '-', bad: 'bad', interrupt: '^C' }[received.kind]);
      }
    },
    { onBug: fail },
  );
  return {
    target,
    gdb,
    said: () => {
      const now = said;
      said = [];
      return now;
    },
  };
}

const EVENTS: Readonly<Record<string, (target: FakeTarget, text: string) => void>> = {
  halt: (target, text) =>
    target.halt(JSON.parse(text, (key, value) => (key === 'address' ? BigInt(value) : value)) as Stop),
  exit: (target, text) => target.exit(Number(text)),
  replays: (target, text) => {
    target.canReverse = text === 'yes';
  },
};

/** Plays the golden file back: `> ` is a packet, `! ` raw bytes, `* ` happens to the target, `< ` is said. */
test('a transcript', () => {
  const path = 'src/gdb/golden/session.txt';
  const { target, gdb, said } = session();
  const transcript: string[] = [];
  const script = readFileSync(new URL('golden/session.txt', import.meta.url), 'utf8').split('\n');
  for (const line of script) {
    if (/^[<@]/.test(line)) continue;
    transcript.push(line);
    const text = line.slice(2);
    if (line.startsWith('> ')) gdb.feed(packet(JSON.parse(`"${text}"`) as string));
    else if (line.startsWith('! ')) gdb.feed(bytes(JSON.parse(`"${text}"`) as string));
    else if (line.startsWith('* ')) EVENTS[text.split(' ')[0]!]!(target, text.slice(text.indexOf(' ') + 1));
    for (const each of said())
      if (each !== '+' || line.startsWith('!')) transcript.push(`< ${JSON.stringify(each).slice(1, -1)}`);
    for (const each of target.log.splice(0)) transcript.push(`@ ${each}`);
  }
  assertGolden(path, transcript.join('\n'));
  for (const { name } of PACKETS) {
    assert.ok(
      script.some((line) => line.startsWith(`> ${name}`)),
      `the transcript has no packet ${name}`,
    );
  }
});

test('packets are acknowledged, until they need not be', () => {
  const { gdb, said } = session();
  gdb.feed(bytes('+$qC#b4$qC#b5'));
  assert.deepEqual(said(), ['+', 'QC01', '-']);
  gdb.feed(bytes('-'));
  assert.deepEqual(said(), ['QC01']);
  gdb.feed(bytes('+-'));
  assert.deepEqual(said(), []);
  gdb.feed(packet('QStartNoAckMode'));
  assert.deepEqual(said(), ['+', 'OK']);
  gdb.feed(bytes('+$qC#b4$qC#b5-'));
  assert.deepEqual(said(), ['QC01']);
});

test('a client that only ever says - is not answered without end', () => {
  const { gdb, said } = session();
  gdb.feed(packet('qC'));
  gdb.feed(bytes('-'.repeat(1000)));
  assert.equal(said().length, 6);
});

test('whoever sends no packet stops nothing; a packet does', () => {
  const { target, gdb, said } = session();
  target.isRunning = true;
  gdb.feed(bytes('GET / HTTP/1.0\r\n\r\n$garbage#00++--'));
  assert.ok(target.isRunning);
  gdb.feed(packet('qC'));
  assert.equal(target.isRunning, false);
  assert.deepEqual(said(), ['-', '+', 'QC01']);
});

test('a packet to a target that runs: first the stop that is owed, then the answer', () => {
  const { gdb, said } = session();
  gdb.feed(packet('c'));
  gdb.feed(packet('qC'));
  assert.deepEqual(said(), ['+', '+', 'T02thread:01;', 'QC01']);
});

test('stops that nobody asked for are not told; the next gdb finds the target as it is', () => {
  const { target, gdb, said } = session();
  gdb.feed(packet('Z0,1000,4'));
  target.halt({ kind: 'debug', cpu: 1 });
  assert.deepEqual(said(), ['+', 'OK']);
  gdb.close();
  target.exit(1);
  gdb.feed(packet('qC'));
  assert.deepEqual(said(), []);
  assert.deepEqual([target.points.length, target.listeners], [1, 0]);
  const next = session(target);
  next.gdb.feed(packet('?'));
  assert.deepEqual(next.said(), ['+', 'T05thread:01;']);
  assert.equal(target.points.length, 0);
});

test('answers that come late are in order, and gdb waits meanwhile', async () => {
  const target = new FakeTarget();
  const waiting: (() => void)[] = [];
  const slow = Object.assign(Object.create(target) as FakeTarget, {
    monitor: (line: string) => new Promise<string>((resolve) => waiting.push(() => resolve(line))),
    subscribe: () => () => {},
  });
  const { gdb, said } = session(slow);
  gdb.feed(packet('qRcmd,6869'));
  for (let i = 0; i < 20; i++) gdb.feed(packet('qC'));
  assert.ok(gdb.isBehind);
  assert.deepEqual(new Set(said()), new Set(['+']));
  waiting.shift()!();
  await new Promise(setImmediate);
  assert.equal(gdb.isBehind, false);
  assert.deepEqual(said(), ['O6869', 'OK', ...Array.from({ length: 20 }, () => 'QC01')]);
});

test('a port: a session for each client, and no more is read than is answered', () => {
  const target = new FakeTarget();
  let frontend: GdbFrontend | undefined;
  const written: string[] = [];
  let isPaused = false;
  let takes = true;
  const port: GdbPort = {
    open: false,
    attach: (attached) => void (frontend = attached),
    detach: () => void (frontend = undefined),
    write: (chunk) => {
      written.push(String.fromCharCode(...chunk));
      return takes;
    },
    pause: () => void (isPaused = true),
    resume: () => void (isPaused = false),
  };
  const stop = serveGdb(port, target);
  frontend!.data(packet('qC'));
  assert.deepEqual([written.length, target.listeners], [0, 0]);
  frontend!.event('opened');
  takes = false;
  frontend!.data(packet('qC'));
  assert.deepEqual([written.join(''), isPaused], ['+$QC01#f5', true]);
  frontend!.drain();
  assert.equal(isPaused, false);
  frontend!.event('closed');
  assert.equal(target.listeners, 0);
  frontend!.event('opened');
  stop();
  assert.deepEqual([frontend, target.listeners], [undefined, 0]);
});

test('the fuzz target stands its seeds', () => {
  for (const seed of fuzzTarget.seeds()) fuzzGdb(seed);
});
