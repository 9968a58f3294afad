/** What was typed into a machine is written down, and comes again at the same instructions. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CountedRun, type Outcome } from './counted-run.ts';
import { echoProgram } from './echo-program.ts';
import { system } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-replay-'));
after(() => rmSync(directory, { recursive: true }));

const MIB = 2 ** 20;
const bios = join(directory, 'program');

const machine = (icount: string): string[] => ['-m', '16M', '-bios', bios, '-icount', icount];

async function recorded(icount: string, file: string): Promise<Outcome> {
  await using run = await CountedRun.start(directory, machine(`${icount},rr=record,rrfile=${file}`));
  let shown = '';
  for (const text of ['a', 'bc', 'defghijklmnopqrstuvwxyz'.slice(0, 12), '1', '2', '3']) {
    const typed = text.replaceAll('q', '');
    run.type(typed);
    shown += typed;
    await run.expect(new RegExp(`${shown}$`));
  }
  assert.deepEqual(await run.qmp('query-status').then((status) => (status as { status: string }).status), 'running');
  run.type('q');
  await run.switchedOff();
  const outcome = await run.outcome(16 * MIB);
  await run.quit();
  return outcome;
}

async function replayed(icount: string, file: string, ...more: readonly string[]): Promise<Outcome> {
  await using run = await CountedRun.start(directory, [...machine(`${icount},rr=replay,rrfile=${file}`), ...more]);
  // What is typed now does not come to the guest.
  run.type('nobody listens');
  await run.switchedOff();
  const outcome = await run.outcome(16 * MIB);
  await run.quit();
  return outcome;
}

for (const [what, icount, spins] of [
  ['spins', 'shift=0,sleep=off', true],
  ['waits', 'shift=3', false],
  ['waits and skips', 'shift=1,sleep=off', false],
] as const) {
  test(`what was typed into a program that ${what} comes again`, { timeout: 120_000 }, async () => {
    writeFileSync(bios, echoProgram(spins).bytes);
    const file = join(directory, `${what}.rr`);
    const first = await recorded(icount, file);
    // One that spins has done so for as long as the typing took.
    for (const tier of spins ? ['auto', 'regions'] : ['auto', '0', 'regions', '1']) {
      assert.deepEqual(await replayed(icount, file, '-accel', `tcg,tier=${tier}`), first, tier);
    }
  });
}

test('a reset from outside comes again', { timeout: 60_000 }, async () => {
  writeFileSync(bios, echoProgram(true).bytes);
  const file = join(directory, 'reset.rr');
  const run = async (mode: string, act: (run: CountedRun) => Promise<void>): Promise<Outcome> => {
    await using made = await CountedRun.start(directory, machine(`shift=0,rr=${mode},rrfile=${file}`));
    await act(made);
    const outcome = await made.outcome(16 * MIB);
    await made.quit();
    return outcome;
  };
  const first = await run('record', async (made) => {
    made.type('ab');
    await made.expect(/ab$/);
    await made.qmp('system_reset');
    made.type('c');
    await made.expect(/abc$/);
    await made.qmp('stop');
    await made.qmp('system_reset');
    await made.qmp('cont');
    made.type('dq');
    await made.switchedOff();
  });
  assert.equal(first.console, 'abcdq');
  const again = await run('replay', async (made) => {
    await assert.rejects(made.qmp('system_reset'), /a replay is reset where its recording was/);
    for (let i = 0; i < 2; i++) await made.event('RESET');
    await made.switchedOff();
  });
  assert.deepEqual(again, first);
});

test('a recording that was ended from outside ends where that was', { timeout: 60_000 }, async () => {
  writeFileSync(bios, echoProgram(false).bytes);
  const file = join(directory, 'quit.rr');
  await using first = await CountedRun.start(directory, machine(`shift=2,sleep=off,rr=record,rrfile=${file}`));
  first.type('xyz');
  await first.expect(/xyz$/);
  await first.quit();
  await using again = await CountedRun.start(directory, machine(`shift=2,sleep=off,rr=replay,rrfile=${file}`));
  const { data } = await again.event('SHUTDOWN');
  assert.deepEqual(data, { guest: false, reason: 'host-qmp-quit' });
  await again.expect(/^xyz$/);
});

test('a replay goes to any of its instructions, back and forth', { timeout: 120_000 }, async () => {
  writeFileSync(bios, echoProgram(false).bytes);
  const file = join(directory, 'waits.rr');
  await using run = await CountedRun.paused(directory, machine(`shift=3,rr=replay,rrfile=${file}`));
  const there = async (): Promise<number> => ((await run.qmp('query-replay')) as { icount: number }).icount;
  assert.deepEqual(await run.qmp('query-replay'), { mode: 'play', filename: file, icount: 0 });
  await run.qmp('replay-break', { icount: 40 });
  await run.qmp('replay-delete-break');
  await run.qmp('replay-break', { icount: 70 });
  await run.qmp('cont');
  await run.event('STOP');
  assert.deepEqual(await run.qmp('query-status'), { running: false, singlestep: false, status: 'paused' });
  assert.equal(await there(), 70);
  await assert.rejects(run.qmp('replay-break', { icount: 69 }), /cannot set breakpoint at the instruction in the past/);
  await run.qmp('cont');
  await run.switchedOff();
  const end = await there();
  const last = await run.outcome(16 * MIB);
  const at = async (icount: number): Promise<Outcome> => {
    await run.qmp('replay-seek', { icount });
    await run.event('STOP');
    assert.equal(await there(), icount);
    return { ...(await run.outcome(16 * MIB)), instructions: icount };
  };
  const places = [end - 1, 0, 80, end - 1, Math.floor(end / 2), 81, Math.floor(end / 2), 0];
  const seen = new Map<number, Outcome>();
  for (const icount of places) {
    const outcome = await at(icount);
    assert.deepEqual(outcome, seen.get(icount) ?? outcome);
    seen.set(icount, outcome);
  }
  // From the beginning to the end once more: the same machine, and nothing is printed twice.
  await run.qmp('cont');
  await run.switchedOff();
  assert.equal(await there(), end);
  assert.deepEqual({ ...(await run.outcome(16 * MIB)), instructions: 0 }, { ...last, instructions: 0 });
});

/** Sends a packet of gdb's protocol and gives the reply. */
async function ask(socket: Socket, data: string): Promise<string> {
  const sum = [...data].reduce((all, letter) => (all + letter.charCodeAt(0)) % 256, 0);
  socket.write(`$${data}#${sum.toString(16).padStart(2, '0')}`);
  for (let text = ''; ;) {
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    text += bytes.toString('latin1');
    const reply = /\$(.*)#../.exec(text);
    if (reply !== null) return reply[1]!;
  }
}

test('what was stepped through while it was recorded comes again', { timeout: 120_000 }, async () => {
  writeFileSync(bios, echoProgram(false).bytes);
  const file = join(directory, 'stepped.rr');
  const gdb = join(directory, 'gdb');
  const args = [...machine(`shift=4,rr=record,rrfile=${file}`), '-gdb', `unix:${gdb},server=on,wait=off`];
  await using first = await CountedRun.paused(directory, args);
  // The monitor is open before gdb's socket is.
  while (!existsSync(gdb)) await new Promise(setImmediate);
  const socket = connect(gdb);
  for (let i = 0; i < 90; i++) {
    if (i === 30) first.type('abc');
    assert.match(await ask(socket, 'vCont;s:1'), /^T05/);
  }
  assert.equal(await ask(socket, 'D'), 'OK');
  socket.destroy();
  first.type('dq');
  await first.switchedOff();
  await first.expect(/^abcdq$/);
  const expected = await first.outcome(16 * MIB);
  await first.quit();
  await using again = await CountedRun.start(directory, machine(`shift=4,rr=replay,rrfile=${file}`));
  await again.switchedOff();
  await again.expect(/^abcdq$/);
  assert.deepEqual(await again.outcome(16 * MIB), expected);
});

test('there is nothing to replay without a recording', { timeout: 60_000 }, async () => {
  writeFileSync(bios, echoProgram(false).bytes);
  const file = join(directory, 'new.rr');
  for (const mode of ['none', 'record']) {
    const rr = mode === 'none' ? '' : `,rr=record,rrfile=${file}`;
    await using run = await CountedRun.paused(directory, machine(`shift=0${rr}`));
    assert.deepEqual(await run.qmp('query-replay'), {
      mode,
      icount: 0,
      ...(mode === 'none' ? {} : { filename: file }),
    });
    await assert.rejects(run.qmp('replay-break', { icount: 1 }), /setting the breakpoint is allowed only in play mode/);
    await assert.rejects(run.qmp('replay-delete-break'), /replay breakpoints are allowed only in play mode/);
    await assert.rejects(run.qmp('replay-seek', { icount: 1 }), /replay must be enabled to seek/);
  }
});

test('a recording that cannot be used is refused in a line', { timeout: 60_000 }, () => {
  const good = join(directory, 'spins.rr');
  const bytes = readFileSync(good);
  const refused = (name: string, content: Uint8Array, icount = 'shift=0'): string => {
    const file = join(directory, name);
    writeFileSync(file, content);
    const { status, stderr } = system([
      ...machine(`${icount},rr=replay,rrfile=${file}`),
      '-display',
      'none',
      '-serial',
      'stdio',
    ]);
    assert.equal(status, 1);
    assert.equal(stderr.split('\n').length, 2, stderr);
    return stderr;
  };
  writeFileSync(bios, echoProgram(true).bytes);
  assert.match(refused('foreign', readFileSync(bios)), /rr=replay: .*foreign: not a recording/);
  assert.match(refused('cut', bytes.subarray(0, bytes.length - 9)), /cut: the recording is cut short/);
  const damaged = Uint8Array.from(bytes);
  damaged[bytes.length - 20]! ^= 1;
  assert.match(refused('damaged', damaged), /the recording is (damaged|cut short)/);
  const newer = Uint8Array.from(bytes, (byte, i) => (i === 18 ? 0x39 : byte));
  assert.match(refused('newer', newer), /recorded by another version/);
  assert.match(refused('shift', bytes, 'shift=2'), /the recording has shift=0/);
  writeFileSync(bios, echoProgram(false).bytes);
  assert.match(refused('program', bytes), /the recording is of another machine, its bios/);
});
