/** The program, driven through its monitors as programs do it. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { system, SYSTEM } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-monitor-'));
after(() => rmSync(directory, { recursive: true }));
const socketPath = join(directory, 'qmp');
const spin = join(directory, 'spin');
// j .
writeFileSync(spin, Uint8Array.of(0x6f, 0, 0, 0));

type Message = Readonly<Record<string, unknown>>;

/** A connection, and all that came over it. */
class Client {
  readonly messages: Message[] = [];
  readonly #socket: Socket;
  #text = '';
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#text + text).split('\r\n');
      this.#text = lines.pop()!;
      this.messages.push(...lines.map((line) => JSON.parse(line) as Message));
      this.#wake();
    });
  }

  /** The next message that has the member. */
  async next(member: string): Promise<Message> {
    for (;;) {
      const at = this.messages.findIndex((message) => member in message || 'error' in message);
      if (at >= 0) return this.messages.splice(at, 1)[0]!;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async run(execute: string, args: object = {}): Promise<unknown> {
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    const answer = await this.next('return');
    assert.equal(answer['error'], undefined, JSON.stringify(answer));
    return answer['return'];
  }
}

async function connected(child: ChildProcess): Promise<Socket> {
  for (let i = 0; i < 600 && child.exitCode === null; i++) {
    if (existsSync(socketPath)) {
      const socket = connect(socketPath);
      await once(socket, 'connect');
      return socket;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no monitor');
}

test('a paused machine is started, looked at while it spins, stopped, reset and ended', async () => {
  const pidFile = join(directory, 'pid');
  const child = spawn(
    SYSTEM,
    [
      '-M',
      'virt',
      '-bios',
      'none',
      '-kernel',
      spin,
      '-display',
      'none',
      '-S',
      '-name',
      'spinner',
      '-pidfile',
      pidFile,
    ].concat(['-qmp', `unix:${socketPath},server=on,wait=off`]),
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  after(() => child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const client = new Client(await connected(child));
  assert.ok('QMP' in (await client.next('QMP')));
  await client.run('qmp_capabilities');
  assert.deepEqual(await client.run('query-status'), { status: 'prelaunch', running: false, singlestep: false });
  await client.run('cont');
  assert.equal((await client.next('event'))['event'], 'RESUME');
  assert.deepEqual(await client.run('query-name'), { name: 'spinner' });
  const slowest = { command: '', milliseconds: 0 };
  for (const command of ['query-status', 'query-cpus-fast', 'query-block', 'query-chardev', 'query-stats-schemas']) {
    const start = performance.now();
    await client.run(command);
    const milliseconds = performance.now() - start;
    if (milliseconds > slowest.milliseconds) Object.assign(slowest, { command, milliseconds });
  }
  // The aim is 50 ms; a busy test machine gets more.
  assert.ok(slowest.milliseconds < 1000, JSON.stringify(slowest));
  const stats = (await client.run('query-stats', { target: 'vcpu' })) as Message[];
  assert.equal(stats[0]!['qom-path'], '/machine/soc0/harts[0]');
  for (let retired = 0; retired < 1000;) {
    const filter = { target: 'vm', providers: [{ provider: 'tcg', names: ['instructions'] }] };
    const [result] = (await client.run('query-stats', filter)) as { stats: { value: number }[] }[];
    retired = result!.stats[0]!.value;
  }
  const registers = String(await client.run('human-monitor-command', { 'command-line': 'info registers' }));
  assert.match(registers, /pc {7}0000000080000000/);
  await client.run('stop');
  assert.equal((await client.next('event'))['event'], 'STOP');
  assert.deepEqual(await client.run('query-status'), { status: 'paused', running: false, singlestep: false });
  await client.run('system_reset');
  assert.deepEqual((await client.next('event'))['data'], { guest: false, reason: 'host-qmp-system-reset' });
  assert.equal(readFileSync(pidFile, 'utf8'), `${child.pid}\n`);
  await client.run('quit');
  assert.deepEqual((await client.next('event'))['data'], { guest: false, reason: 'host-qmp-quit' });
  assert.deepEqual(await ended, [0, null]);
  assert.equal(existsSync(pidFile), false);
  assert.equal(existsSync(socketPath), false);
});

test('firmware in a flash chip runs, and its exit status is that of the program', () => {
  const image = new Uint8Array(32 << 20);
  // lui t0, 0x100; lui t1, 0x53; addi t1, t1, 0x333; sw t1, 0(t0); j .
  new Uint32Array(image.buffer).set([0x001002b7, 0x00053337, 0x33330313, 0x0062a023, 0x0000006f]);
  const flash = join(directory, 'flash');
  writeFileSync(flash, image);
  const { status, stderr } = system([
    '-M',
    'virt',
    '-display',
    'none',
    '-drive',
    `if=pflash,format=raw,readonly=on,file=${flash}`,
  ]);
  assert.equal(stderr, '');
  assert.equal(status, 5);
});
