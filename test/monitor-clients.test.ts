/** Clients that behave badly, in numbers: they change nothing for the guest, nor for a client that behaves. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { QmpClient } from '../src/cli/top/qmp-client.ts';
import type { Json } from '../src/qapi/json.ts';
import { SYSTEM } from './program.ts';

const CLIENTS = 100;

/** What each of them sends before it leaves; what is long is cut anywhere. */
const GARBAGE: readonly string[] = [
  '',
  '{"execute": "qmp_capabilities"}{"execute": "query-qmp-schema"}',
  '{"execute": "qmp_capabilities"}{"execute": "query-',
  '\x00\xff\xfe{}}}]]][[[{"',
  `{"execute": "${'x'.repeat(20_000)}`,
  `${'['.repeat(5000)}`,
  '{"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}{"exec-oob": "yank", "arguments": 5}',
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  `{"execute": "qmp_capabilities"}${'{"execute": "human-monitor-command", "arguments": {"command-line": "x /500xw 0x80000000"}}'.repeat(20)}`,
];

async function opened(path: string): Promise<Socket> {
  const socket = connect(path).on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

test('a hundred clients send garbage and leave mid-command', { timeout: 120_000 }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'tinamou-clients-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const [good, bad, human] = ['good', 'bad', 'human'].map((name) => join(directory, name)) as [string, string, string];
  const program = join(directory, 'count');
  // addi t0, t0, 1; j -4
  writeFileSync(program, new Uint8Array(Uint32Array.of(0x00128293, 0xffdff06f).buffer));
  const monitor = (path: string): string => `unix:${path},server=on,wait=off`;
  const machine = ['-M', 'virt', '-m', '16', '-bios', 'none', '-kernel', program, '-display', 'none', '-nodefaults'];
  const child = spawn(SYSTEM, [...machine, '-qmp', monitor(good), '-qmp', monitor(bad), '-monitor', monitor(human)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  while (!existsSync(human)) await sleep(50);
  using client = await QmpClient.connect(good);
  const retired = async (): Promise<number> => {
    const filter = { target: 'vm', providers: [{ provider: 'tcg', names: ['instructions'] }] };
    const [result] = (await client.run('query-stats', filter)) as unknown as { stats: { value: number }[] }[];
    return result!.stats[0]!.value;
  };
  const before = await client.run('query-status');
  const start = await retired();
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      const socket = await opened(index % 4 === 3 ? human : bad);
      socket.write(Buffer.from(GARBAGE[index % GARBAGE.length]!, 'latin1'));
      // Some wait for an answer, some read nothing, some are gone at once.
      if (index % 3 === 0) socket.resume();
      if (index % 3 !== 1) await sleep(10 * (index % 7));
      if (index % 2 === 0) socket.destroy();
      else socket.end();
      socket.on('data', () => {});
    }),
  );
  assert.deepEqual(await client.run('query-status'), before);
  // The guest goes on.
  while ((await retired()) <= start) await sleep(10);
  // Whoever comes next is greeted as if nobody had been there.
  using next = await QmpClient.connect(bad);
  assert.deepEqual(await next.run('query-status'), before);
  const activity = { target: 'vm', providers: [{ provider: 'monitor', names: ['connections'] }] };
  const [counted] = (await client.run('query-stats', activity)) as unknown as { stats: { value: Json }[] }[];
  assert.ok(Number(counted!.stats[0]!.value) > CLIENTS / 2, JSON.stringify(counted));
  const ended = once(child, 'exit');
  await client.run('quit');
  assert.deepEqual(await ended, [0, null]);
});
