import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as settle } from 'node:timers/promises';
import { FakeTarget } from './fake-target.ts';
import { type MonitorFrontend, type MonitorOptions, type MonitorPort, serveMonitor } from './serve.ts';

class FakePort implements MonitorPort {
  open = true;
  said = '';
  isPaused = false;
  takes = true;
  frontend: MonitorFrontend | undefined;

  attach(frontend: MonitorFrontend): void {
    this.frontend = frontend;
  }
  detach(): void {
    this.frontend = undefined;
  }
  write(bytes: Uint8Array): boolean {
    this.said += new TextDecoder().decode(bytes);
    return this.takes;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  type(text: string): void {
    this.frontend?.data(new TextEncoder().encode(text));
  }
  /** What was said since the last time. */
  hear(): string {
    const { said } = this;
    this.said = '';
    return said;
  }
}

suite('a monitor on a port', () => {
  const serve = (
    options: MonitorOptions,
    port = new FakePort(),
  ): { port: FakePort; target: FakeTarget; end: () => void } => {
    const target = new FakeTarget();
    return { port, target, end: serveMonitor(port, target, options) };
  };

  test('greets everybody who comes anew', () => {
    const { port, target, end } = serve({ protocol: 'qmp' });
    assert.match(port.hear(), /^\{"QMP"/);
    port.type('{"execute": "qmp_capabilities"}');
    assert.equal(port.hear(), '{"return": {}}\r\n');
    port.frontend!.event('closed');
    port.type('{"execute": "query-name"}');
    assert.equal(port.hear(), '');
    assert.equal(target.listeners, 0);
    port.frontend!.event('opened');
    assert.match(port.hear(), /^\{"QMP"/);
    port.type('{"execute": "query-name"}');
    assert.match(port.hear(), /Expecting capabilities negotiation/);
    end();
    assert.equal(target.listeners, 0);
    assert.equal(port.frontend, undefined);
  });

  test('waits for somebody to come', () => {
    const port = new FakePort();
    port.open = false;
    serve({ protocol: 'qmp' }, port);
    assert.equal(port.hear(), '');
    port.frontend!.event('opened');
    assert.match(port.hear(), /^\{"QMP"/);
  });

  test('shares a terminal', () => {
    const { port } = serve({ protocol: 'hmp', isShared: true });
    assert.equal(port.hear(), '');
    port.frontend!.event('focus');
    assert.match(port.hear(), /^Tinamou .*\r\n\(qemu\) $/);
    port.frontend!.event('blur');
    assert.equal(port.hear(), '\r\n');
  });

  test('reads no more from a client that sends faster than it is answered', async () => {
    const { port } = serve({ protocol: 'qmp' });
    port.type('{"execute": "qmp_capabilities"}');
    for (let sent = 0; sent < 8; sent++) {
      port.type('{"execute": "query-block"}');
      assert.equal(port.isPaused, false);
    }
    port.type('{"execute": "query-block"}');
    assert.equal(port.isPaused, true);
    await settle();
    assert.equal(port.isPaused, false);
    assert.equal(port.hear().match(/"virtual-size"/g)?.length, 18);
  });

  test('reads no more from a client that does not read', () => {
    const { port } = serve({ protocol: 'qmp' });
    port.takes = false;
    port.type('{"execute": "qmp_capabilities"}');
    assert.equal(port.isPaused, true);
    port.takes = true;
    port.frontend!.drain();
    assert.equal(port.isPaused, false);
  });
});
