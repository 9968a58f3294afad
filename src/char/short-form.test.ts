import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseShortForm } from './short-form.ts';

const create = (options: Record<string, unknown>, monitor = false): unknown => ({
  type: 'new',
  options: { ...options, id: 'serial0' },
  monitor,
});

const good: readonly (readonly [string, unknown])[] = [
  ['none', { type: 'none' }],
  ['chardev:c0', { type: 'chardev', id: 'c0' }],
  ['null', create({ backend: 'null' })],
  ['stdio', create({ backend: 'stdio' })],
  ['mon:stdio', create({ backend: 'stdio', mux: 'on', signal: 'off' }, true)],
  ['mon:unix:/s,server', create({ backend: 'socket', path: '/s', server: 'on', mux: 'on' }, true)],
  ['file:a,b', create({ backend: 'file', path: 'a,b' })],
  ['unix:/s,server,nowait', create({ backend: 'socket', path: '/s', server: 'on', wait: 'off' })],
  ['unix:/a,,b,server=on,wait=off', create({ backend: 'socket', path: '/a,b', server: 'on', wait: 'off' })],
  ['tcp:h:1', create({ backend: 'socket', host: 'h', port: '1' })],
  ['tcp::4444,server=on,nodelay', create({ backend: 'socket', host: '', port: '4444', server: 'on', nodelay: 'on' })],
  ['tcp:[::1]:4444,reconnect=1', create({ backend: 'socket', host: '::1', port: '4444', reconnect: '1' })],
];

const bad = ['', 'foo', 'foo:bar', 'tcp:x', 'tcp:h:p:q', 'tcp:h:foo', 'file:', 'unix:', 'mon:chardev:a', 'telnet:h:1'];

suite('short forms', () => {
  for (const [text, expected] of good) {
    test(text, () => assert.deepEqual(parseShortForm(text, 'serial0'), expected));
  }
  for (const text of bad) {
    test(`refuses '${text}'`, () => {
      assert.throws(() => parseShortForm(text, 'serial0'), {
        name: 'UserError',
        message: /^'.*; (use|write|a ch).+$|mux=on/,
      });
    });
  }
});
