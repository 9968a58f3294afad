/** Machines that move between processes, and back into them out of files. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MachineProcess, type Message } from './machine-process.ts';
import { system } from './program.ts';
import { Assembler } from './translator/assembler.ts';

const directory = mkdtempSync(join(tmpdir(), 'migration-'));
after(() => rmSync(directory, { recursive: true }));
const path = (name: string): string => join(directory, name);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Prints the alphabet again and again, slowly. */
function letters(): string {
  const [A0, A1, T0, T1] = [10, 11, 5, 6] as const;
  const a = new Assembler(0x8000_0000);
  a.li(A0, 0x1000_0000).label('first').li(A1, 65).label('next').op('sb', { rs1: A0, rs2: A1 });
  a.op('addi', { rd: A1, rs1: A1, imm: 1 }).li(T0, 200_000).label('wait').op('addi', { rd: T0, rs1: T0, imm: -1 });
  a.op('bne', { rs1: T0, rs2: 0, imm: 'wait' }).li(T1, 91).op('bne', { rs1: A1, rs2: T1, imm: 'next' }).j('first');
  writeFileSync(path('letters'), a.finish());
  return path('letters');
}
const machine = ['-m', '32', '-bios', letters()];

let count = 0;
const start = (...args: readonly string[]): MachineProcess => {
  const serial = path(`serial${count++}`);
  writeFileSync(serial, '');
  return new MachineProcess([...machine, ...args], serial);
};

/** One goes on with the alphabet where the other left off. */
function assertGoesOn(first: string, second: string): void {
  const joint = first.slice(-30) + second.slice(0, 30);
  assert.ok(ALPHABET.repeat(4).includes(joint), joint);
}

const migrated = async (from: MachineProcess): Promise<Message> => {
  let info: Message = {};
  const done = async (): Promise<boolean> => {
    info = (await from.run('query-migrate')) as Message;
    return info['status'] === 'completed' || info['status'] === 'failed';
  };
  await from.until(done, 'end of the migration');
  return info;
};

for (const [kind, uri, incoming] of [
  ['a file', `file:${path('to-file')}`, `file:${path('to-file')}`],
  ['a command', `exec:cat > ${path('by-command')}`, `exec:cat ${path('by-command')}`],
  ['a unix socket', `unix:${path('socket')}`, `unix:${path('socket')}`],
] as const) {
  test(`through ${kind}`, async () => {
    await using from = start();
    await from.prints(30);
    const isSocket = kind === 'a unix socket';
    await using early = isSocket ? start('-incoming', incoming) : undefined;
    if (early !== undefined) assert.equal(await early.status(), 'inmigrate');
    await from.run('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
    await from.run('migrate', { uri });
    const info = await migrated(from);
    assert.equal(info['status'], 'completed', JSON.stringify(info));
    const { total, normal, duplicate } = info['ram'] as Record<string, number>;
    assert.equal(normal! + duplicate!, total! / 4096);
    assert.deepEqual(
      from.events.map(({ event, data }) => (event === 'MIGRATION' ? (data as Message)['status'] : event)),
      ['setup', 'active', 'STOP', 'completed'],
    );
    assert.equal(await from.status(), 'postmigrate');
    assert.match(await from.type('info migrate'), /^Migration status: completed\r\ntotal time: \d+ ms\r\n/);
    const again = await from.ask('migrate', { uri });
    assert.match(JSON.stringify(again), /Can't migrate the vm that was paused due to previous migration/);

    await using late = isSocket ? undefined : start('-incoming', incoming);
    const to = early ?? late!;
    await to.prints(30);
    assert.equal(await to.status(), 'running');
    assert.deepEqual(await to.run('query-migrate'), { status: 'completed' });
    assertGoesOn(from.printed, to.printed);
    assert.equal(await to.quit(), 0);
    // The first can go on, too: nothing was taken from it.
    const before = from.printed.length;
    await from.run('cont');
    await from.prints(30);
    assertGoesOn(from.printed.slice(0, before), from.printed.slice(before));
    assert.equal(await from.quit(), 0);
  });
}

test('through TCP, to one that says later where, and stays stopped', async () => {
  await using from = start();
  await from.prints(30);
  await using to = start('-incoming', 'defer', '-S');
  assert.equal(await to.status(), 'inmigrate');
  assert.match(
    JSON.stringify(await to.ask('migrate', { uri: 'tcp:127.0.0.1:1' })),
    /waiting for an incoming migration/,
  );
  assert.match(JSON.stringify(await to.ask('migrate-incoming', { uri: 'foo:' })), /unknown migration protocol: foo:/);
  assert.match(JSON.stringify(await to.ask('migrate', { uri: 'exec:cat' })), /waiting for an incoming migration/);
  await to.run('migrate-incoming', { uri: 'tcp:127.0.0.1:0' });
  assert.match(JSON.stringify(await to.ask('migrate-incoming', { uri: 'tcp:127.0.0.1:0' })), /already been started/);
  const { 'socket-address': addresses } = (await to.run('query-migrate')) as Record<string, { port: string }[]>;
  await from.run('stop');
  assert.equal(await from.type(`migrate tcp:127.0.0.1:${addresses![0]!.port}`), '');
  await to.until(async () => (await to.status()) === 'paused', 'arrival');
  assert.equal(to.printed, '');
  await to.run('cont');
  await to.prints(30);
  assertGoesOn(from.printed, to.printed);
});

test('one that waits ends when it is told to, and leaves nothing behind', async () => {
  const socket = path('left');
  for (const uri of [`unix:${socket}`, 'exec:sleep 60', 'defer']) {
    await using to = start('-incoming', uri);
    assert.equal(await to.status(), 'inmigrate');
    await to.run('cont');
    await to.run('system_reset');
    assert.equal(await to.status(), 'inmigrate');
    assert.equal(await to.quit(), 0);
    assert.equal(existsSync(socket), false);
  }
});

/** A listener that takes nothing. */
async function deaf(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.pause();
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port };
}

test('one that is cancelled, or goes nowhere, goes on here', async () => {
  await using from = start();
  await from.prints(30);
  await from.run('migrate-set-capabilities', { capabilities: [{ capability: 'events', state: true }] });
  // So slow that it is not over before it is cancelled.
  await from.run('migrate-set-parameters', { 'max-bandwidth': 1000 });
  const { server, port } = await deaf();
  await from.run('migrate', { uri: `tcp:127.0.0.1:${port}` });
  await from.event('STOP');
  assert.equal(await from.status(), 'finish-migrate');
  assert.match(JSON.stringify(await from.ask('cont')), /Migration is not finalized yet/);
  assert.match(JSON.stringify(await from.ask('migrate', { uri: 'exec:cat' })), /a migration process in progress/);
  assert.match(await from.type('savevm x'), /^Error: /);
  const active = (await from.run('query-migrate')) as Record<string, number>;
  assert.equal(active['status'], 'active');
  await from.run('migrate_cancel');
  await from.event('MIGRATION', (data) => data['status'] === 'cancelled');
  await from.event('RESUME');
  assert.equal(await from.status(), 'running');
  assert.deepEqual(await from.run('query-migrate'), { status: 'cancelled' });
  server.close();

  for (const [uri, message] of [
    [`unix:${path('nobody')}`, /no such file or directory/],
    ['tcp:127.0.0.1:1', /nobody listens there/],
    ['exec:exit 3', /status 3/],
    [`file:${path('none/x')}`, /no such file or directory/],
  ] as const) {
    await from.run('migrate', { uri });
    const info = await migrated(from);
    assert.equal(info['status'], 'failed', uri);
    assert.match(info['error-desc'] as string, message);
    await from.until(async () => (await from.status()) === 'running', 'going on');
  }
  const before = from.printed;
  await from.prints(30);
  assertGoesOn(before, from.printed.slice(before.length));
});

test('what is no state for this machine ends it with one line', async () => {
  await using from = start();
  await from.prints(30);
  const saved = path('saved');
  await from.run('migrate', { uri: `file:${saved}` });
  assert.equal((await migrated(from))['status'], 'completed');
  const bytes = readFileSync(saved);
  const spoiled = Buffer.from(bytes);
  spoiled[bytes.length - 100]! ^= 1;
  writeFileSync(path('spoiled'), spoiled);
  writeFileSync(path('cut'), bytes.subarray(0, bytes.length - 10));
  writeFileSync(path('longer'), Buffer.concat([bytes, Buffer.from('x')]));
  writeFileSync(path('other'), 'TINAMOU STATE 7\nand so on');
  for (const [args, message] of [
    [['-incoming', `file:${path('spoiled')}`], /damaged/],
    [['-incoming', `file:${path('cut')}`], /it ends after \d+ bytes/],
    [['-incoming', `file:${path('longer')}`], /something follows its end/],
    [['-incoming', `file:${path('other')}`], /version 7 of the format/],
    [['-incoming', 'exec:echo hi'], /no saved machine/],
    [['-incoming', 'exec:exit 0'], /it is empty/],
    [['-incoming', `file:${saved}`, '-m', '64'], /memory is 33554432 there and 67108864 here/],
    [['-incoming', `file:${saved}`, '-cpu', 'rv64,zba=off'], /cpu\.zba is true there and false here/],
    [
      ['-incoming', `file:${saved}`, '-device', 'virtio-rng-device'],
      /it has no device virtio-rng-device at 0x10008000;/,
    ],
    [['-incoming', `file:${path('missing')}`], /no such file/],
    [['-incoming', 'foo'], /unknown migration protocol: foo/],
    [['-incoming', 'tcp:1'], /is not tcp:HOST:PORT/],
    [['-incoming', 'defer', '-loadvm', 'x'], /leave one out/],
    [['-loadvm', 'x'], /no block device can store vmstate for snapshot: give/],
  ] as const) {
    const { status, stdout, stderr } = system([...machine, '-display', 'none', ...args]);
    assert.deepEqual([status, stdout], [1, ''], args.join(' '));
    assert.match(stderr, message);
    assert.match(stderr, /^tinamou-system-riscv64: [^\n]+\n$/);
  }
});

test('snapshots beside a disk image', async () => {
  const image = path('disk.img');
  writeFileSync(image, 'as it was');
  truncateSync(image, 3 << 20);
  const disk = ['-drive', `file=${image},format=raw,if=virtio,node-name=n0`];
  await using first = start(...disk);
  await first.prints(30);
  assert.equal(await first.type('info snapshots'), 'There is no snapshot available.\r\n');
  assert.equal(await first.type('savevm base'), '');
  assert.match(await first.type('loadvm other'), /^Error: Snapshot 'other' does not exist in one or more devices/);
  const listed = await first.type('info snapshots');
  assert.match(listed, /^List of snapshots present on all disks:\r\nID +TAG +VM SIZE +DATE +VM CLOCK +ICOUNT\r\n/);
  assert.match(listed, /\r\n-- {8}base +[\d.]+ KiB 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d 00:00:\d\d\.\d{3} +\r\n$/);
  assert.ok(statSync(`${image}.base.tinamou-state`).size < 1 << 20);

  writeFileSync(image, 'something else', { flag: 'r+' });
  await first.prints(100);
  assert.equal(await first.type('loadvm base'), '');
  await first.prints(100);
  assert.deepEqual(
    first.events.map(({ event }) => event),
    ['STOP', 'RESUME', 'STOP', 'RESUME'],
  );
  assert.equal(readFileSync(image, 'latin1').slice(0, 14), 'as it was\0\0\0\0\0');
  assert.ok(ALPHABET.repeat(4).includes(first.printed.slice(-30)));

  await first.run('snapshot-save', { 'job-id': 'j', tag: 'by job', vmstate: 'n0', devices: ['n0'] });
  await first.event('JOB_STATUS_CHANGE', (data) => data['status'] === 'concluded');
  await first.run('snapshot-save', { 'job-id': 'k', tag: 'by job', vmstate: 'n0', devices: ['n0'] });
  await first.event('JOB_STATUS_CHANGE', ({ id, status }) => id === 'k' && status === 'concluded');
  const jobs = (await first.run('query-jobs')) as Message[];
  assert.deepEqual(
    jobs.map(({ id, status, error }) => [id, status, error]),
    [
      ['k', 'concluded', "Snapshot 'by job' already exists in one or more devices"],
      ['j', 'concluded', undefined],
    ],
  );
  assert.equal(await first.type('delvm base'), '');
  assert.equal(await first.type('delvm base'), '');
  assert.doesNotMatch(await first.type('info snapshots'), /base/);
  assert.equal(await first.quit(), 0);

  await using second = start(...disk, '-loadvm', 'by job', '-S');
  assert.equal(await second.status(), 'prelaunch');
  assert.equal(second.printed, '');
  await second.run('cont');
  await second.prints(30);
  assert.ok(ALPHABET.repeat(4).includes(second.printed.slice(0, 30)));
  assert.equal(await second.quit(), 0);
  const { status, stderr } = system([...machine, '-display', 'none', ...disk, '-loadvm', 'base']);
  assert.equal(status, 1);
  assert.equal(stderr, "tinamou-system-riscv64: -loadvm base: Snapshot 'base' does not exist in one or more devices\n");
});
