import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { NodeTimers } from '../host-node/timers.ts';
import { CharLink } from '../host/char-link.ts';
import { fakeHost } from '../host/fake-host.ts';
import { RingCharPort } from '../host/ring-char-port.ts';
import { Chardevs } from './chardevs.ts';
import { CharPump } from './pump.ts';

async function rig() {
  const host = fakeHost();
  const chardevs = new Chardevs({ host, notify: () => {} }, { escape: 1, quit: () => {} });
  await chardevs.add({ backend: 'stdio', id: 'm', mux: 'on' });
  const link = new CharLink(new SharedArrayBuffer(64 + CharLink.bytes), 64);
  let kicks = 0;
  const pump = new CharPump(chardevs.use('m'), link, { timers: new NodeTimers(), kick: () => void kicks++ });
  return { host, pump, port: new RingCharPort(link), kicks: () => kicks };
}

/** Real time, for what sleeps in it; also what keeps the process alive meanwhile. */
async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(done());
}

suite('pump', () => {
  test('output reaches the back end, all of it and in order', async () => {
    const { host, pump, port, kicks } = await rig();
    const text = Array.from({ length: 3000 }, (_, i) => `line ${i}\n`).join('');
    for (const char of text) {
      if (!port.canWrite()) {
        const before = kicks();
        await until(() => kicks() > before);
        assert.ok(port.canWrite());
      }
      port.write(char.charCodeAt(0));
    }
    await pump.stop();
    assert.equal(host.tty.output, text);
  });

  test('a byte to a sleeping pump arrives', async () => {
    const { host, pump, port } = await rig();
    for (const char of 'abc') {
      await new Promise((resolve) => setTimeout(resolve, 10));
      port.write(char.charCodeAt(0));
    }
    await until(() => host.tty.output === 'abc');
    await pump.stop();
  });

  test('input waits for a device that is slow, and each arrival kicks', async () => {
    const { host, pump, port, kicks } = await rig();
    const text = '0123456789'.repeat(2000);
    for (let i = 0; i < text.length; i += 1000) host.tty.type(text.slice(i, i + 1000));
    await until(() => port.available() === CharLink.capacity);
    let got = '';
    while (got.length < text.length) {
      const before = kicks();
      if (port.available() === 0) await until(() => kicks() > before);
      for (let byte = port.read(); byte >= 0; byte = port.read()) got += String.fromCharCode(byte);
    }
    assert.equal(got, text);
    assert.equal(port.read(), -1);
    await pump.stop();
  });

  test('the peer and its breaks are seen', async () => {
    const { host, pump, port, kicks } = await rig();
    assert.equal(port.open, true);
    assert.equal(port.takeBreak(), false);
    host.tty.type('\x01b');
    await until(() => kicks() > 0);
    assert.equal(port.takeBreak(), true);
    assert.equal(port.takeBreak(), false);
    host.tty.end();
    assert.equal(port.open, false);
    await pump.stop();
  });
});
