import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import type { FakeHost } from '../host/fake-host.ts';
import { fakeHost } from '../host/fake-host.ts';
import type { Socket } from '../host/network.ts';
import { Chardevs } from './chardevs.ts';

const HERE = { type: 'tcp', host: '127.0.0.1', port: 4444 } as const;
const OPTIONS = { backend: 'socket', id: 's', host: '127.0.0.1', port: '4444' };

function rig(): { host: FakeHost; chardevs: Chardevs; notes: string[] } {
  const host = fakeHost();
  const notes: string[] = [];
  return {
    host,
    notes,
    chardevs: new Chardevs({ host, notify: (line) => notes.push(line) }, { escape: 1, quit: () => {} }),
  };
}

function hear(socket: Socket): { text: () => string; closed: () => boolean } {
  let text = '';
  let closed = false;
  socket.listen({
    data: (bytes) => void (text += new TextDecoder().decode(bytes)),
    drain: () => {},
    closed: () => void (closed = true),
  });
  return { text: () => text, closed: () => closed };
}

const say = (to: { write(bytes: Uint8Array): unknown }, text: string): void =>
  void to.write(new TextEncoder().encode(text));

suite('chardev socket', () => {
  test('a server waits for its first client unless told otherwise', async () => {
    const { host, chardevs, notes } = rig();
    let made = false;
    const add = chardevs.add({ ...OPTIONS, server: 'on' }).then(() => (made = true));
    await settle();
    assert.equal(made, false);
    assert.deepEqual(notes, ['waiting for connection on: disconnected:tcp:127.0.0.1:4444,server=on']);
    await host.network.connect(HERE);
    await add;
    // As native QEMU 7.2 prints a connected server.
    assert.match(chardevs.use('s').filename, /^tcp:127\.0\.0\.1:4444,server=on <-> 127\.0\.0\.1:\d+$/);
    await chardevs.close();
  });

  test('clients have their turns, and between them output is dropped', async () => {
    const { host, chardevs } = rig();
    await chardevs.add({ ...OPTIONS, server: 'on', wait: 'off' });
    const backend = chardevs.use('s');
    let heard = '';
    backend.attach({
      data: (bytes) => void (heard += new TextDecoder().decode(bytes)),
      event: (event) => void (heard += `[${event}]`),
    });
    say(backend, 'nobody');
    const sockets = [await host.network.connect(HERE), await host.network.connect(HERE)] as const;
    const [first, second] = [hear(sockets[0]), hear(sockets[1])];
    say(sockets[1], 'two');
    say(sockets[0], 'one');
    say(backend, 'A');
    await settle();
    assert.equal(heard, '[opened]one');
    await sockets[0].close();
    await settle();
    say(backend, 'B');
    await settle();
    assert.equal(heard, '[opened]one[closed][opened]two');
    assert.deepEqual([first.text(), second.text()], ['A', 'B']);
    await chardevs.close();
    await settle();
    assert.equal(second.closed(), true);
    await assert.rejects(host.network.connect(HERE));
  });

  test('a client calls again as often as it takes', async () => {
    const { host, chardevs } = rig();
    await chardevs.add({ ...OPTIONS, reconnect: '2' });
    const backend = chardevs.use('s');
    assert.equal(backend.filename, 'disconnected:tcp:127.0.0.1:4444');
    host.clock.advance(2000);
    await settle();
    assert.equal(backend.open, false);
    let server: Socket | undefined;
    await host.network.listen(HERE, (socket) => {
      server = socket;
      hear(socket);
    });
    for (let i = 0; i < 2; i++) {
      host.clock.advance(2000);
      await settle();
      assert.equal(backend.open, true);
      await server?.close();
      await settle();
      assert.equal(backend.open, false);
    }
    await chardevs.close();
    host.clock.advance(2000);
    await settle();
    assert.equal(backend.open, false);
  });

  const bad: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ host: undefined, port: undefined }, /no address given; add path=/],
    [{ port: undefined }, /no port given; add port=/],
    [{ port: '70000' }, /'70000' is not a port; /],
    [{ path: '/x' }, /only one of 'path' and 'host'/],
    [{ wait: 'off' }, /'wait' option is incompatible/],
    [{ server: 'on', reconnect: '1' }, /'reconnect' option is incompatible/],
    [{ server: 'maybe' }, /Parameter 'server' expects 'on' or 'off'/],
    [{ telnet: 'on' }, /'telnet' is not supported yet; /],
    [{}, /cannot connect to tcp:127.0.0.1:4444: /],
  ];
  for (const [change, message] of bad) {
    test(`refuses ${JSON.stringify(change)}`, async () => {
      const { chardevs } = rig();
      await assert.rejects(chardevs.add({ ...OPTIONS, ...change }), { name: 'UserError', message });
      assert.deepEqual(chardevs.query(), []);
    });
  }
});
