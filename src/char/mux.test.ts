import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import type { FakeHost } from '../host/fake-host.ts';
import { fakeHost } from '../host/fake-host.ts';
import type { CharBackend } from './backend.ts';
import { Chardevs } from './chardevs.ts';

interface Rig {
  readonly host: FakeHost;
  readonly chardevs: Chardevs;
  readonly serial: CharBackend;
  readonly monitor: CharBackend;
  /** What each front end has heard: bytes as text, events in brackets. */
  readonly heard: { serial: string; monitor: string };
  readonly quits: () => number;
  readonly type: (keys: string) => Promise<void>;
}

async function rig(escape = 1): Promise<Rig> {
  const host = fakeHost();
  let quits = 0;
  const chardevs = new Chardevs({ host, notify: () => {} }, { escape, quit: () => void quits++ });
  await chardevs.add({ backend: 'stdio', id: 'm', mux: 'on', signal: 'off' });
  const monitor = chardevs.use('m');
  const serial = chardevs.use('m', { focus: true });
  const heard = { serial: '', monitor: '' };
  for (const [name, port] of [
    ['serial', serial],
    ['monitor', monitor],
  ] as const) {
    port.attach({
      data: (bytes) => void (heard[name] += new TextDecoder().decode(bytes)),
      event: (event) => void (heard[name] += `[${event}]`),
    });
  }
  const type = async (keys: string): Promise<void> => {
    host.tty.type(keys);
    await settle();
  };
  await settle();
  heard.serial = heard.monitor = '';
  return { host, chardevs, serial, monitor, heard, quits: () => quits, type };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

suite('mux', () => {
  test('typing goes to the focus, which the escape key moves', async () => {
    const { heard, type } = await rig();
    await type('ab\x01cde');
    assert.deepEqual(heard, { serial: 'ab[blur]', monitor: '[focus]de' });
    await type('\x01');
    await type('cx');
    assert.deepEqual(heard, { serial: 'ab[blur][focus]x', monitor: '[focus]de[blur]' });
  });

  test('the escape key twice is the key, with an unknown letter nothing', async () => {
    const { heard, type } = await rig();
    await type('a\x01\x01b\x01zc');
    assert.equal(heard.serial, 'a\x01bc');
  });

  test('x ends, b breaks, h helps', async () => {
    const { host, heard, type, quits } = await rig();
    await type('\x01b');
    assert.equal(heard.serial, '[break]');
    await type('\x01h');
    assert.match(host.tty.output, /C-a h {5}show these keys\r\nC-a x {5}end/);
    assert.equal(quits(), 0);
    await type('\x01x');
    assert.equal(quits(), 1);
  });

  test('another escape key', async () => {
    const { host, heard, type, quits } = await rig(0x14);
    await type('\x01x\x14h\x14x');
    assert.equal(heard.serial, '\x01x');
    assert.match(host.tty.output, /C-t C-t/);
    assert.equal(quits(), 1);
  });

  test('everybody writes, with timestamps when asked', async () => {
    const { host, serial, monitor, type } = await rig();
    serial.write(bytes('one\nt'));
    monitor.write(bytes('wo\n'));
    await type('\x01t');
    host.clock.advance(3_723_004);
    serial.write(bytes('three\nfo'));
    serial.write(bytes('ur\n'));
    await type('\x01t');
    serial.write(bytes('five\n'));
    assert.equal(host.tty.output, 'one\ntwo\n[01:02:03.004] three\n[01:02:03.004] four\nfive\n');
  });

  test('a guest that reads nothing does not hold the escape key', async () => {
    const { heard, serial, type, quits } = await rig();
    serial.pause();
    for (let i = 0; i < 100; i++) await type('stuck');
    await type('\x01x');
    assert.equal(quits(), 1);
    assert.equal(heard.serial, '');
    serial.resume();
    await settle();
    assert.equal(heard.serial, 'stuck'.repeat(100));
  });

  test('query-chardev lists the mux and what it is on', async () => {
    const { chardevs } = await rig();
    assert.deepEqual(chardevs.query(), [
      { 'frontend-open': true, filename: 'stdio', label: 'm-base' },
      { 'frontend-open': true, filename: 'mux', label: 'm' },
    ]);
  });
});
