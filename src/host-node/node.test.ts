import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import type { Listener, Socket, SocketAddress } from '../host/network.ts';
import type { StreamEvents } from '../host/stream.ts';
import { nodeHost } from './host.ts';

const directory = mkdtempSync(join(tmpdir(), 'tinamou-host-'));
after(() => rmSync(directory, { recursive: true }));
const path = (name: string): string => join(directory, name);
const oneLine = (text: RegExp) => (error: Error) => {
  assert.equal(error.name, 'UserError');
  assert.match(error.message, text);
  assert.match(error.message, /^[^\n]+; [^\n]+$/);
  return true;
};

suite('files on Node', () => {
  const { files } = nodeHost;

  test('vectors go into and out of shared memory', async () => {
    const memory = new Uint8Array(new SharedArrayBuffer(64)).fill(1);
    await using file = await files.open(path('f'), 'create');
    memory.set([5, 6, 7], 10);
    await file.write(3, memory.subarray(10, 12), memory.subarray(0, 0), memory.subarray(12, 13));
    await file.flush();
    assert.equal(await file.size(), 6);
    assert.equal(await file.read(2, memory.subarray(20, 22), memory.subarray(30, 40)), 4);
    assert.deepEqual([...memory.subarray(20, 22), ...memory.subarray(30, 33)], [0, 5, 6, 7, 1]);
    await file.truncate(4);
    assert.deepEqual([...(await files.readAll(path('f')))], [0, 0, 0, 5]);
  });

  test('a transfer may have more pieces than one call of the system takes', async () => {
    await using file = await files.temporary();
    const bytes = new Uint8Array(new SharedArrayBuffer(5000)).map((_, i) => i);
    const pieces = Array.from({ length: 5000 }, (_, i) => bytes.subarray(i, i + 1));
    await file.write(10, ...pieces);
    bytes.fill(0);
    assert.equal(await file.read(10, ...pieces), 5000);
    assert.ok(bytes.every((byte, i) => byte === (i & 0xff)));
  });

  test('what cannot be synchronized has nothing to wait for', async () => {
    await using file = await files.open('/dev/null', 'write');
    await file.flush();
  });

  test('logs start anew or go on', async () => {
    for (const truncate of [true, false, false, true]) {
      const log = await files.append(path('log'), { truncate });
      await log.append(Buffer.from('a'));
      await log.append(Buffer.from('b'));
      await log.close();
    }
    assert.equal(readFileSync(path('log'), 'latin1'), 'ab');
  });

  test('temporary files leave no name', async () => {
    await using file = await files.temporary();
    await file.write(0, Uint8Array.of(1));
    assert.ok(!existsSync(file.path));
  });

  test('what cannot be opened is one line', async () => {
    await assert.rejects(files.open(path('none'), 'read'), oneLine(/none': no such file/));
    await assert.rejects(files.open(directory, 'read'), oneLine(/is a directory/));
    await assert.rejects(files.open(directory, 'write'), oneLine(/for writing: it is a directory/));
    await assert.rejects(files.append('/proc/version/x', { truncate: true }), oneLine(/not a directory/));
    await assert.rejects(files.readAll(path('none')), oneLine(/cannot read/));
  });
});

/** Listens, connects, and gives both ends. */
async function joined(address: SocketAddress): Promise<{ listener: Listener; near: Socket; far: Socket }> {
  let accepted: (socket: Socket) => void = () => {};
  const far = new Promise<Socket>((resolve) => (accepted = resolve));
  const listener = await nodeHost.network.listen(address, (socket) => accepted(socket));
  const near = await nodeHost.network.connect(listener.address, { noDelay: true });
  return { listener, near, far: await far };
}

function collect(socket: Socket): { text: () => string; closed: Promise<void> } {
  let text = '';
  const closed = new Promise<void>((resolve) => {
    const events: StreamEvents = {
      data: (bytes) => void (text += Buffer.from(bytes).toString('latin1')),
      drain: () => {},
      closed: () => resolve(),
    };
    socket.listen(events);
  });
  return { text: () => text, closed };
}

suite('sockets on Node', () => {
  const { network } = nodeHost;
  const unix: SocketAddress = { type: 'unix', path: path('s') };
  const tcp: SocketAddress = { type: 'tcp', host: '127.0.0.1', port: 0 };

  for (const address of [unix, tcp]) {
    test(`${address.type}: what is written before the close arrives`, async () => {
      const { listener, near, far } = await joined(address);
      const ends = [collect(near), collect(far)] as const;
      const buffer = Buffer.from('x'.repeat(100_000));
      near.write(buffer);
      buffer.fill(0);
      await near.close();
      await Promise.all([ends[0].closed, ends[1].closed]);
      assert.equal(ends[1].text(), 'x'.repeat(100_000));
      assert.equal(far.write(buffer), true);
      await listener.close();
    });
  }

  test('an address in use, or that cannot be used, is one line', async () => {
    const { listener, near, far } = await joined(tcp);
    await assert.rejects(
      network.listen(listener.address, () => {}),
      oneLine(/listen on tcp:127.0.0.1:\d+: the address is in use/),
    );
    await Promise.all([near.close(), far.close(), listener.close()]);
    await assert.rejects(network.connect(listener.address), oneLine(/nobody listens there/));
    writeFileSync(path('plain'), 'keep');
    await assert.rejects(
      network.listen({ type: 'unix', path: path('plain') }, () => {}),
      oneLine(/no socket is there/),
    );
    assert.equal(readFileSync(path('plain'), 'latin1'), 'keep');
    await assert.rejects(
      network.listen({ type: 'unix', path: path('no/s') }, () => {}),
      oneLine(/no such file or directory/),
    );
    await assert.rejects(
      network.listen({ type: 'unix', path: path('x'.repeat(120)) }, () => {}),
      oneLine(/longer than/),
    );
  });

  test('a unix socket leaves no file behind, and takes over a dead one', async () => {
    const first = await network.listen(unix, () => {});
    const second = await network.listen(unix, () => {});
    await second.close();
    await first.close();
    assert.ok(!existsSync(path('s')));
  });
});

test('the clock runs, and random bytes fill shared memory', () => {
  const before = nodeHost.clock.now();
  assert.ok(nodeHost.clock.now() >= before);
  assert.ok(Math.abs(nodeHost.clock.wall() - Date.now() / 1000) < 1);
  const bytes = new Uint8Array(new SharedArrayBuffer(64));
  nodeHost.random.fill(bytes);
  assert.ok(bytes.some((byte) => byte !== 0));
});
