/** gdb's protocol from outside the program, beside a monitor. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { packet, PacketReader } from '../src/gdb/framing.ts';
import { connected } from './connected.ts';
import { SYSTEM } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-gdb-'));
after(() => rmSync(directory, { recursive: true }));
const path = (name: string): string => join(directory, name);
// 1: addi a0, a0, 1; j 1b
writeFileSync(path('spin'), Uint8Array.of(0x13, 0x05, 0x15, 0, 0x6f, 0xf0, 0xdf, 0xff));

class Gdb {
  readonly #socket: Socket;
  readonly #packets: string[] = [];
  #wake = (): void => {};

  static async come(name: string): Promise<Gdb> {
    return new Gdb(await connected(path(name)));
  }
  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new PacketReader();
    socket.on('data', (bytes: Buffer) => {
      for (const byte of bytes) {
        const received = reader.take(byte);
        if (received?.kind === 'packet') this.#packets.push(received.data);
      }
      this.#wake();
    });
  }

  send(data: string): void {
    this.#socket.write(packet(data));
  }
  interrupt(): void {
    this.#socket.write('\x03');
  }
  async next(): Promise<string> {
    while (this.#packets.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#packets.shift()!;
  }
  ask(data: string): Promise<string> {
    this.send(data);
    return this.next();
  }
  async leave(): Promise<void> {
    this.#socket.end();
    await once(this.#socket, 'close');
  }
}

test('gdb and a monitor see the same machine', { timeout: 60_000 }, async () => {
  const child = spawn(
    SYSTEM,
    [
      ...'-M virt -display none -nodefaults -bios none -qmp stdio -kernel'.split(' '),
      path('spin'),
      '-gdb',
      `unix:${path('first')},server=on,wait=off`,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  after(() => child.kill('SIGKILL'));
  const events: string[] = [];
  const answers: unknown[] = [];
  let wake = (): void => {};
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line) as { event?: string; return?: unknown };
    if (message.event !== undefined) events.push(message.event);
    else if ('return' in message) answers.push(message.return);
    wake();
  });
  const run = async (execute: string, args: object = {}): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    while (answers.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return answers.shift();
  };
  const hmp = (line: string): Promise<unknown> => run('human-monitor-command', { 'command-line': line });
  const status = async (): Promise<string> => ((await run('query-status')) as { status: string }).status;
  await run('qmp_capabilities');

  const gdb = await Gdb.come('first');
  gdb.interrupt();
  assert.equal(await gdb.ask('?'), 'T05thread:01;');
  assert.equal(await status(), 'paused');
  assert.equal(await gdb.ask('Z0,80000004,4'), 'OK');
  assert.equal(await gdb.ask('c'), 'T05thread:01;');
  assert.equal(await status(), 'debug');
  assert.match(String(await hmp('info registers')), /pc {7}0000000080000004/);
  assert.equal(await gdb.ask('p20'), '0400008000000000');
  assert.equal(await gdb.ask('s'), 'T05thread:01;');
  assert.equal(await gdb.ask('z0,80000004,4'), 'OK');
  gdb.send('c');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(await status(), 'running');
  await run('stop');
  assert.equal(await gdb.next(), 'T02thread:01;');
  assert.equal(
    await gdb.ask(`qRcmd,${Buffer.from('info status').toString('hex')}`),
    `O${Buffer.from('VM status: paused\r\n').toString('hex')}`,
  );
  assert.equal(await gdb.next(), 'OK');
  assert.match(
    await gdb.ask('qXfer:features:read:riscv-csr.xml:0,ffb'),
    /<reg name="sstatus" bitsize="64" type="int" regnum="322"\/>/,
  );
  gdb.send('c');
  gdb.interrupt();
  assert.equal(await gdb.next(), 'T02thread:01;');
  await gdb.leave();
  assert.equal(await status(), 'paused', 'whoever leaves leaves it as it is');

  assert.equal(await hmp('gdbserver none'), 'Disabled gdbserver\r\n');
  assert.equal(existsSync(path('first')), false);
  assert.match(
    String(await hmp('gdbserver frob')),
    /'frob' is not a valid char driver.*\r\nCould not open gdbserver on device 'frob'\r\n/,
  );
  assert.match(
    String(await hmp(`gdbserver unix:${path('second')},server=on,wait=off`)),
    /^Waiting for gdb connection on device 'unix:/,
  );
  const second = await Gdb.come('second');
  assert.equal(await second.ask('D;1'), 'OK');
  assert.equal(await status(), 'running');
  await second.leave();
  assert.deepEqual(new Set(events), new Set(['STOP', 'RESUME']));
  assert.equal(events.at(-1), 'RESUME');

  const third = await Gdb.come('second');
  assert.equal(await third.ask('vKill;1'), 'OK');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
