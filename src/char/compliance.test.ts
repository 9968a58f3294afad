/** What every character back end does, run over all of them. */
import assert from 'node:assert/strict';
import { setImmediate as settle } from 'node:timers/promises';
import { suite, test } from 'node:test';
import type { FakeHost } from '../host/fake-host.ts';
import { fakeHost } from '../host/fake-host.ts';
import type { ByteStream } from '../host/stream.ts';
import type { CharBackend, CharEvent } from './backend.ts';
import type { ChardevOptions } from './chardevs.ts';
import { Chardevs } from './chardevs.ts';
import { charKinds } from './kinds.ts';
import { RingbufChardev } from './ringbuf.ts';

/** The world's side of a back end. */
interface Peer {
  /** What has arrived there; undefined where nobody can tell. */
  output?(backend: CharBackend): string;
  /** Sends to the emulator; undefined where there is no input. */
  type?(text: string): void;
  /** Goes away; undefined where the peer cannot. */
  leave?(): void;
}

interface Subject {
  readonly options: ChardevOptions;
  readonly filename: RegExp;
  readonly alwaysClosed?: boolean;
  /** Called before (`undefined`) the back end is made and once it is. */
  prepare?(host: FakeHost): Promise<void>;
  peer(host: FakeHost): Promise<Peer>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const SERVER = { type: 'unix', path: '/tmp/s' } as const;

function streamPeer(stream: ByteStream): Peer {
  let output = '';
  stream.listen({
    data: (bytes) => {
      output += decoder.decode(bytes);
    },
    drain: () => {},
    closed: () => {},
  });
  return {
    output: () => output,
    type: (text) => void stream.write(encoder.encode(text)),
    leave: () => void stream.close(),
  };
}

const ttyPeer = (host: FakeHost): Promise<Peer> =>
  Promise.resolve({
    output: () => host.tty.output,
    type: (text) => host.tty.type(text),
    leave: () => host.tty.end(),
  });

function clientSubject(): Subject {
  let peer: Peer | undefined;
  return {
    options: { backend: 'socket', path: SERVER.path },
    filename: /^unix:\/tmp\/s$/,
    prepare: async (host) => {
      await host.network.listen(SERVER, (socket) => {
        peer = streamPeer(socket);
      });
    },
    peer: async () => peer!,
  };
}

const subjects: Readonly<Record<string, () => Subject>> = {
  null: () => ({ options: { backend: 'null' }, filename: /^null$/, alwaysClosed: true, peer: async () => ({}) }),
  file: () => ({
    options: { backend: 'file', path: 'log' },
    filename: /^file$/,
    peer: async (host) => ({ output: () => decoder.decode(host.files.get('log')) }),
  }),
  ringbuf: () => {
    let output = '';
    return {
      options: { backend: 'ringbuf', size: '4k' },
      filename: /^ringbuf$/,
      alwaysClosed: true,
      peer: async () => ({
        output: (backend) => {
          assert.ok(backend instanceof RingbufChardev);
          output += decoder.decode(backend.take(4096));
          return output;
        },
      }),
    };
  },
  stdio: () => ({ options: { backend: 'stdio' }, filename: /^stdio$/, peer: ttyPeer }),
  mux: () => ({ options: { backend: 'stdio', mux: true }, filename: /^mux$/, peer: ttyPeer }),
  'socket server': () => ({
    options: { backend: 'socket', path: SERVER.path, server: 'on', wait: 'off' },
    filename: /^unix:\/tmp\/s,server=on$/,
    peer: async (host) => streamPeer(await host.network.connect(SERVER)),
  }),
  'socket client': clientSubject,
};

test('every kind is in the suite', () => {
  for (const { name } of charKinds)
    assert.ok(
      Object.keys(subjects).some((subject) => subject.startsWith(name)),
      name,
    );
});

async function make(subject: Subject): Promise<{ backend: CharBackend; peer: Peer; chardevs: Chardevs }> {
  const host = fakeHost();
  await subject.prepare?.(host);
  const chardevs = new Chardevs({ host, notify: () => {} }, { escape: 1, quit: () => {} });
  await chardevs.add({ ...subject.options, id: 'c0' });
  const backend = chardevs.use('c0');
  const peer = await subject.peer(host);
  await settle();
  return { backend, peer, chardevs };
}

function listener(): { text: string; events: CharEvent[]; data(b: Uint8Array): void; event(e: CharEvent): void } {
  return {
    text: '',
    events: [],
    data(bytes) {
      this.text += decoder.decode(bytes);
    },
    event(event) {
      this.events.push(event);
    },
  };
}

for (const [name, subject] of Object.entries(subjects)) {
  suite(`chardev ${name}`, () => {
    test('passes output on in order, from a buffer that changes at once', async () => {
      const { backend, peer, chardevs } = await make(subject());
      const buffer = new Uint8Array(2);
      for (const text of ['ab', 'cd', 'ef']) {
        encoder.encodeInto(text, buffer);
        backend.write(buffer);
        buffer.fill(0);
      }
      await settle();
      if (peer.output !== undefined) assert.equal(peer.output(backend), 'abcdef');
      await chardevs.close();
      backend.write(encoder.encode('late'));
      await settle();
      if (peer.output !== undefined) assert.equal(peer.output(backend), 'abcdef');
      await chardevs.close();
    });

    test('keeps input until somebody takes it', async () => {
      const { backend, peer, chardevs } = await make(subject());
      if (peer.type === undefined) return;
      const front = listener();
      peer.type('early ');
      await settle();
      backend.attach(front);
      await settle();
      assert.equal(front.text, 'early ');
      backend.pause();
      peer.type('paused ');
      await settle();
      assert.equal(front.text, 'early ');
      backend.resume();
      await settle();
      assert.equal(front.text, 'early paused ');
      backend.detach();
      peer.type('later');
      await settle();
      backend.attach(front);
      await settle();
      assert.equal(front.text, 'early paused later');
      await chardevs.close();
    });

    test('has one front end at a time, and says so', async () => {
      const { backend, chardevs } = await make(subject());
      assert.equal(backend.frontendOpen, false);
      backend.attach(listener());
      assert.equal(backend.frontendOpen, true);
      assert.equal(
        chardevs.query().some((info) => info['frontend-open']),
        true,
      );
      assert.throws(() => backend.attach(listener()), { name: 'UserError', message: /^[^\n]+; [^\n]+$/ });
      backend.detach();
      backend.attach(listener());
      await chardevs.close();
    });

    test('tells when the peer is there, and when it leaves', async () => {
      const { backend, peer, chardevs } = await make(subject());
      const front = listener();
      backend.attach(front);
      await settle();
      const opened = subject().alwaysClosed === true ? [] : ['opened'];
      const seen = (): CharEvent[] => front.events.filter((event) => event !== 'focus');
      assert.deepEqual(seen(), opened);
      if (peer.leave !== undefined) {
        peer.leave();
        await settle();
        assert.deepEqual(seen(), ['opened', 'closed']);
        assert.equal(backend.open, false);
        assert.equal(backend.write(encoder.encode('x')), true);
      }
      await chardevs.close();
    });

    test('is listed', async () => {
      const { backend, chardevs } = await make(subject());
      assert.match(backend.filename, subject().filename);
      const [info] = chardevs.query().filter(({ label }) => label === 'c0');
      assert.deepEqual(info, { 'frontend-open': false, filename: backend.filename, label: 'c0' });
      await chardevs.close();
    });

    test('refuses an option it does not know', async () => {
      const chardevs = new Chardevs({ host: fakeHost(), notify: () => {} }, { escape: 1, quit: () => {} });
      await assert.rejects(chardevs.add({ ...subject().options, id: 'c0', bogus: '1' }), {
        name: 'UserError',
        message: "Invalid parameter 'bogus'",
      });
      assert.deepEqual(chardevs.query(), []);
    });
  });
}
