/** The same commands to native QEMU and to a session of ours: the same errors, and answers of the same shape. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { FakeTarget } from '../../src/monitor/fake-target.ts';
import { QmpSession } from '../../src/monitor/qmp-session.ts';
import type { BlockDeviceInfo } from '../../src/monitor/target.ts';
import { StatsRegistry } from '../../src/stats/registry.ts';
import { asText } from '../../src/monitor/session.ts';
import { writeJson } from '../../src/qapi/json-writer.ts';
import { isObject, type Json, type JsonObject } from '../../src/qapi/json.ts';
import { NativeQmp } from './native-qmp.ts';

const folder = mkdtempSync(join(tmpdir(), 'monitor-'));
after(() => rmSync(folder, { recursive: true }));
const disk = join(folder, 'd.img');
writeFileSync(disk, '');
truncateSync(disk, 1 << 20);

const MACHINE = ['-M', 'virt', '-smp', '2', '-m', '16', '-bios', 'none', '-name', 'partridge'];
const UUID = ['-uuid', '00112233-4455-6677-8899-aabbccddeeff'];
const DISK = ['-drive', `file=${disk},if=none,id=hd,format=raw`, '-device', 'virtio-blk-device,drive=hd'];
const SERIAL = ['-serial', 'null'];

/** A machine like the native one, without a provider of statistics, as the native one is. */
class Twin extends FakeTarget {
  override readonly stats = new StatsRegistry();
  override async blockDevices(): Promise<readonly BlockDeviceInfo[]> {
    return (await super.blockDevices()).slice(0, 1);
  }
}

/** What is said without what differs from run to run. */
type Said = readonly JsonObject[];

async function ours(commands: readonly string[], negotiate = true): Promise<Said[]> {
  const said: JsonObject[] = [];
  const write = (text: string): unknown => said.push(JSON.parse(text) as JsonObject);
  const session = new QmpSession(new Twin(), asText(write));
  if (negotiate) await session.feed('{"execute": "qmp_capabilities"}');
  const answers: Said[] = [];
  for (const command of commands) {
    said.length = 0;
    await session.feed(`${command}\n`);
    answers.push([...said]);
  }
  return answers;
}

async function theirs(commands: readonly string[], negotiate = true): Promise<Said[]> {
  await using native = await NativeQmp.start([...MACHINE, ...UUID, ...DISK, ...SERIAL], negotiate);
  const answers: Said[] = [];
  for (const command of commands) answers.push(await native.exchange(new TextEncoder().encode(`${command}\n`)));
  return answers;
}

/** Both, command by command, as `see` sees them. */
async function compare(
  commands: readonly string[],
  see: (message: JsonObject) => unknown,
  negotiate = true,
): Promise<void> {
  const [us, them] = await Promise.all([ours(commands, negotiate), theirs(commands, negotiate)]);
  for (const [index, command] of commands.entries())
    assert.deepEqual(plain(us[index]!.map(see)), plain(them[index]!.map(see)), command);
}

/** Without prototypes and with bigints spelled, so that equal things are equal. */
const plain = (value: unknown): unknown => JSON.parse(writeJson(value as Json));

const exactly = (message: JsonObject): unknown => {
  const { timestamp: _, ...rest } = message;
  return rest;
};

/** Members and kinds of values; of an array, the different kinds of elements. */
function shape(value: unknown): Json {
  if (Array.isArray(value)) {
    const kinds = value.map((item) => writeJson(shape(item)));
    return [...new Set(kinds)].toSorted();
  }
  if (!isObject(value as Json)) return value === null ? 'null' : typeof value;
  const members = Object.entries(value as JsonObject).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, shape(member)]));
}

const send = (execute: string, given?: Json): string =>
  writeJson(given === undefined ? { execute } : { execute, arguments: given });
const hmp = (line: string): string => send('human-monitor-command', { 'command-line': line });

suite('the same', () => {
  test('negotiation', () =>
    compare(
      [
        send('query-status'),
        send('nope'),
        '{"foo": 1}',
        '{"exec-oob": "query-status"}',
        send('qmp_capabilities', { enable: ['foo'] }),
        send('qmp_capabilities', { enable: 'oob' }),
        send('qmp_capabilities', { x: 1 }),
        `${send('qmp_capabilities', { enable: ['oob'] })}${send('qmp_capabilities')}`,
        '{"exec-oob": "query-status", "id": 5}',
        '{"exec-oob": "nope", "id": 5}',
        '{"exec-oob": "query-status", "execute": "query-status"}',
        '{"exec-oob": 5}',
        '{"exec-oob": "qmp_capabilities"}',
      ],
      exactly,
      false,
    ));

  test('errors before a command is looked at', () =>
    compare(
      [
        '{}',
        '{"id": 7}',
        '[]',
        '5 ',
        'null ',
        '"x"',
        '{"execute": 5}',
        '{"execute": null}',
        '{"execute": "query-status", "arguments": []}',
        '{"execute": "query-status", "arguments": null}',
        '{"execute": "query-status", "foo": 1, "id": {"a": [1.5, "é", null]}}',
        '{"exec-oob": "query-status"}',
        '{"execute": "nope", "arguments": {"a": 1}}',
        '{"execute": "query-status", "execute": "stop"}',
        '{"execute": "nope", "id": 18446744073709551615}',
        `{'execute': 'nope', 'id': 'it\\'s'}`,
      ],
      exactly,
    ));

  test('errors of arguments', () =>
    compare(
      [
        send('query-status', { a: 1 }),
        send('stop', { a: 1 }),
        send('human-monitor-command'),
        send('human-monitor-command', { 'command-line': 5 }),
        send('human-monitor-command', { 'command-line': '', 'cpu-index': 'a' }),
        send('human-monitor-command', { 'command-line': '', 'cpu-index': 1.5 }),
        send('human-monitor-command', { 'command-line': '', 'cpu-index': 99 }),
        send('human-monitor-command', { 'command-line': '', 'cpu-index': -1 }),
        send('human-monitor-command', { 'command-line': '', 'cpu-index': 2n ** 63n - 1n }),
        send('human-monitor-command', { 'command-line': '', 'cpu-index': 2n ** 63n }),
        send('query-stats'),
        send('query-stats', {}),
        send('query-stats', { target: 5 }),
        send('query-stats', { target: null }),
        send('query-stats', { target: 'bogus' }),
        send('query-stats', { target: 'vm', vcpus: [] }),
        send('query-stats', { target: 'vm', names: [] }),
        send('query-stats', { names: 1 }),
        send('query-stats', { target: 'vcpu', vcpus: [1] }),
        send('query-stats', { target: 'vcpu', vcpus: 5 }),
        send('query-stats', { target: 'vcpu', providers: {} }),
        send('query-stats', { target: 'vcpu', providers: [{}] }),
        send('query-stats', { target: 'vcpu', providers: [5] }),
        send('query-stats', { target: 'vcpu', providers: [{ provider: 'cryptodev' }] }),
        send('query-stats', { target: 'vcpu', providers: [{ provider: 'kvm', names: [1] }] }),
        send('query-stats', { target: 'vcpu', providers: [{ provider: 'kvm', foo: 1 }] }),
        send('query-stats-schemas', { provider: 'cryptodev' }),
        send('query-stats-schemas', { provider: null }),
        send('query-stats-schemas', { target: 'vm' }),
      ],
      exactly,
    ));

  test('statistics where nobody counts', () =>
    compare(
      [
        send('query-stats', { target: 'vm' }),
        send('query-stats', { target: 'vcpu' }),
        send('query-stats', { target: 'vcpu', vcpus: ['/nowhere'] }),
        send('query-stats', { target: 'vcpu', vcpus: [] }),
        send('query-stats', { target: 'vm', providers: [] }),
        send('query-stats', { target: 'vm', providers: [{ provider: 'kvm' }, { provider: 'kvm', names: [] }] }),
        send('query-stats-schemas'),
        send('query-stats-schemas', { provider: 'kvm' }),
      ],
      exactly,
    ));

  test('run states and their events', () => {
    const names = `query-status cont query-status cont system_reset query-status stop stop query-status system_reset
      query-status cont stop query-status system_powerdown`;
    return compare(
      names.split(/\s+/).map((name) => send(name)),
      exactly,
    );
  });

  test('names', () =>
    compare(
      ['query-name', 'query-uuid', 'query-target'].map((name) => send(name)),
      exactly,
    ));

  test('lines for people', () => {
    const lines = String.raw`;foo;info foo;info   foo  bar;infostatus;info "status";STOP;??;help foo;help info foo
      info status;info name;info uuid;info stats;info stats vm;info stats vcpu;info stats foo;info stats vm * foo
      info stats vm a b c;info stats vm a kvm;info stats "vm";info stats vm,;cont;info status;stop;info status;c x;s x
      quit x;quit ";stop/x;stop /x;info status x;info registers -x;info registers x;info registers 7;info registers 0 1
      info registers -ab;info mtree x;info qtree x;info jit x;info chardev x;info cpus x;system_reset x;system_reset
      cpu;cpu 7;cpu x;cpu 1x;cpu 1 2;cpu -1;cpu 1+0;cpu 1/0;cpu 1%0;cpu (1;cpu -;cpu $x;cpu 09;cpu 99999999999;cpu 'a
      cpu '';cpu ''';cpu ~0;cpu 3&1;cpu 1*;cpu 99999999999999999999;cpu 0x;cpu 1+;cpu );cpu 2*3-5;/x;/
      info/x;info /x;info/;info st/x;info status/x; /info;  foo;  info  foo`;
    return compare(lines.split(/;|\n\s*/).map(hmp), exactly);
  });

  test('what the machine does not have', () =>
    compare(
      [
        ...['inject-nmi', 'system_wakeup', 'x-exit-preconfig', 'query-hotpluggable-cpus', 'query-balloon'].map((name) =>
          send(name),
        ),
        ...['query-kvm', 'query-current-machine', 'query-iothreads', 'query-memory-devices', 'query-jobs'].map((name) =>
          send(name),
        ),
        ...['query-block-jobs', 'query-fdsets', 'query-mice', 'query-display-options', 'query-tpm', 'x-query-numa'].map(
          (name) => send(name),
        ),
        send('balloon', { value: 5 }),
        send('screendump', { filename: '/tmp/x' }),
        send('getfd', { fdname: 'x' }),
        send('closefd', { fdname: 'x' }),
        send('add-fd', {}),
        send('remove-fd', { 'fdset-id': 1 }),
        send('set-action', { reboot: 'poweroff' }),
        send('set-action', { panic: 'none' }),
        send('watchdog-set-action', { action: 'none' }),
        send('query-command-line-options', { option: 'nope' }),
        ...['cancel', 'complete', 'dismiss', 'pause'].map((deed) => send(`job-${deed}`, { id: 'x' })),
        ...['cancel', 'complete', 'pause', 'resume'].map((deed) => send(`block-job-${deed}`, { device: 'x' })),
        send('block-job-set-speed', { device: 'x', speed: 5 }),
        send('trace-event-get-state', { name: 'nope' }),
        send('trace-event-get-state', { name: 'nope*' }),
        send('trace-event-get-state', { name: 'handle_hmp_command' }),
        send('trace-event-get-state', { name: 'handle_hmp_command', vcpu: 0 }),
        send('trace-event-set-state', { name: 'nope', enable: true }),
        send('trace-event-set-state', { name: 'vm_state_notify', enable: false }),
        send('query-rx-filter'),
        send('query-rx-filter', { name: 'x' }),
        send('set_link', { name: 'x', up: true }),
        ...['query-vnc', 'query-spice'].map((name) => send(name)),
      ],
      exactly,
    ));

  test('memory', () =>
    compare(
      [
        send('memsave', { val: 0x1000, size: 16, filename: '/dev/null', 'cpu-index': 7 }),
        send('memsave', { val: 0, size: 16, filename: '/dev/null' }),
        send('memsave', { val: 0x1000, size: 16, filename: '/dev/null' }),
        send('pmemsave', { val: 0, size: 16, filename: '/dev/null' }),
        send('dump-guest-memory', { paging: false, protocol: 'tcp:x' }),
        send('dump-guest-memory', { paging: false, protocol: 'file:x', begin: 5 }),
        send('dump-guest-memory', { paging: false, protocol: 'file:x', format: 'win-dmp' }),
        send('query-dump'),
      ],
      exactly,
    ));

  test('objects, devices and character devices', () =>
    compare(
      [
        send('qom-list', { path: '/nope' }),
        send('qom-list', { path: '' }),
        send('qom-get', { path: '/machine', property: 'type' }),
        send('qom-get', { path: '/machine', property: 'nope' }),
        send('qom-get', { path: '/nope', property: 'nope' }),
        send('qom-get', { path: '/machine', property: 'peripheral' }),
        send('qom-set', { path: '/machine', property: 'type', value: 1 }),
        send('qom-list-properties', { typename: 'nope' }),
        send('device-list-properties', { typename: 'nope' }),
        send('device-list-properties', { typename: 'device' }),
        send('device-list-properties', { typename: 'memory-region' }),
        send('device_add', {}),
        send('device_add', { driver: 'nope' }),
        send('device_del', {}),
        send('device_del', { id: 'nope' }),
        send('object-add', { 'qom-type': 'nope', id: 'x' }),
        send('object-add', { 'qom-type': 'rng-random', id: 'r1' }),
        send('object-add', { 'qom-type': 'rng-random', id: 'r1' }),
        send('object-add', { 'qom-type': 'rng-random', id: 'r2', data: 'x' }),
        send('object-del', { id: 'r1' }),
        send('object-del', { id: 'r1' }),
        send('chardev-add', { id: 'a', backend: { type: 'null', data: {} } }),
        send('chardev-add', { id: 'a', backend: { type: 'null', data: {} } }),
        send('chardev-add', { id: 'b', backend: { type: 'nope', data: {} } }),
        send('chardev-add', { id: 'b', backend: { type: 'null' } }),
        send('chardev-add', { id: 'b', backend: { type: 'file', data: {} } }),
        send('chardev-remove', { id: 'a' }),
        send('chardev-remove', { id: 'a' }),
        send('chardev-remove', { id: 'serial0' }),
        send('chardev-change', { id: 'nope', backend: { type: 'null', data: {} } }),
        send('chardev-change', { id: 'compat_monitor0', backend: { type: 'null', data: {} } }),
        send('chardev-send-break', { id: 'nope' }),
        send('chardev-send-break', { id: 'serial0' }),
        send('ringbuf-read', { device: 'nope', size: 5 }),
        send('ringbuf-read', { device: 'serial0', size: 5 }),
        send('blockdev-add', { driver: 'file', 'node-name': 'n', filename: '/nope' }),
        send('blockdev-add', { driver: 'file', 'node-name': 'n' }),
        send('blockdev-add', { driver: 'nope' }),
        send('blockdev-del', { 'node-name': 'n' }),
        send('yank', { instances: [] }),
        send('yank', { instances: [{ type: 'chardev', id: 'nope' }] }),
        send('yank', { instances: [{ type: 'nope', id: 'nope' }] }),
      ],
      exactly,
    ));

  test('objects for people', () => {
    const lines = `qom-list;qom-get /machine type;qom-get /machine foo;qom-list /nope;object_add foo;object_del zz
      object_add rng-random,id=r;object_del r;device_add foo;device_del zz;chardev-add null,id=x;chardev-add foo,id=y
      chardev-remove x;chardev-remove x;ringbuf_read x 5;chardev-send-break x;device_add;object_add;chardev-add`;
    return compare(lines.split(/;|\n\s*/).map(hmp), exactly);
  });

  test('numbers for people', () => {
    const lines = `xp /4xw 0x1000;xp /3xb 0x1000;xp /3xg 0x1000;xp /12dh 0x1000;xp /9cb 0x1000;xp /2ob 0x1000
      xp /2ub 0x1000;xp /s 0x1000;xp /2x;xp/2xw 0x1000;x/3dw 0x1000;xp /5cw 0x1000;xp /0xw 0x1000;xp /-1x 0x1000
      x/gx 0x1000;x /2xw 0x5000000000;print /x 16*2;p/d -1;p/c 65;p/c 300;p/c 39;p/o 8;p/o 0;p/u -1;p;p 1 2;p/xb 0x1ff
      p/d 0xffffffffffffffff;x /xw $x0x;x/1xw 0x1000;gva2gpa 0x1000;gva2gpa;sum 0x1000 10;sum 0x1000;info mem
      info numa;info memory-devices;info iothreads;info kvm;info block-jobs;info mice;info dump;info hotpluggable-cpus
      info tpm;nmi;system_wakeup;exit_preconfig;watchdog_action;watchdog_action foo;watchdog_action reset;set_link x on;set_link x;set_link x foo;block_job_cancel x;info vnc;info spice;trace-event nope on;trace-event nope* on;trace-event handle_hmp_command foo;info trace-events vm_state_*;info trace-events nope;info network;balloon
      balloon 5;info balloon;screendump;screendump a;getfd a;closefd a;memsave 0x1000;memsave 0x1000 16
      memsave 0 16 "/dev/null";pmemsave 0 16 "/dev/null";dump-guest-memory;dump-guest-memory -z -l x`;
    return compare(lines.split(/;|\n\s*/).map(hmp), exactly);
  });

  test('the beginning of the registers', () =>
    compare(
      ['info registers', 'info registers 1', 'info registers -a'].map(hmp),
      ({ return: text }) => /^(\r\nCPU#\d\r\n)/.exec(text as string)?.[0],
    ));
});

suite('the same shape', () => {
  test('queries', () =>
    compare(
      [
        'query-version',
        'query-commands',
        'query-cpus-fast',
        'query-chardev',
        'query-block',
        'query-memdev',
        'query-memory-size-summary',
        'x-query-ramblock',
        'x-query-roms',
        'x-query-jit',
        'query-dump-guest-memory-capability',
        'query-chardev-backends',
        'query-named-block-nodes',
        'query-block-exports',
        'query-pr-managers',
        'x-query-virtio',
      ].map((name) => send(name)),
      shape,
    ));

  test('objects', () =>
    compare(
      [
        send('qom-list', { path: '/machine/peripheral' }),
        send('qom-get', { path: '/machine', property: 'usb' }),
        send('qom-list-types', { implements: 'virtio-device' }),
        send('qom-list-properties', { typename: 'rng-random' }),
      ],
      shape,
    ));

  test('machines', () =>
    compare([send('query-machines')], (answer) => {
      const both = (answer['return'] as readonly JsonObject[]).filter(({ name }) => name === 'virt' || name === 'none');
      return shape(both);
    }));

  test('our commands are all native', async () => {
    const names = (said: Said[]): string[] => (said[0]![0]!['return'] as { name: string }[]).map(({ name }) => name);
    const [us, them] = await Promise.all([ours([send('query-commands')]), theirs([send('query-commands')])]);
    assert.deepEqual(
      names(us).filter((name) => !names(them).includes(name)),
      [],
    );
  });

  test('lines for people', () => {
    const lines = ['info cpus', 'info block', 'help quit', 'help info status', 'help cpu'];
    // Digits and file names differ, and the help is in our own words.
    return compare(lines.map(hmp), ({ return: text }) =>
      (text as string)
        .replace(/ -- .*/g, ' --')
        .replaceAll(disk, 'd.img')
        .replace(/\d+/g, '0'),
    );
  });
});
