import { UserError } from '../../base/errors.ts';
import type { SocketAddress } from '../../host/network.ts';
import { event } from '../../qapi/declaration.ts';
import { arrayOf, bool, enumOf, int, number, optional, required, str, struct } from '../../qapi/schema.ts';
import type { MigrationReport } from '../../vm/migration.ts';
import { command } from '../command.ts';
import { flag, word } from '../hmp-args.ts';
import { hmp, textOf } from '../hmp-command.ts';
import { SocketAddress as Address } from '../socket-address.ts';
import { topic } from '../topic.ts';

const MIGRATION_STATUSES = [
  'none',
  'setup',
  'cancelling',
  'cancelled',
  'active',
  'postcopy-active',
  'postcopy-paused',
  'postcopy-recover',
  'completed',
  'failed',
  'colo',
  'pre-switchover',
  'device',
  'wait-unplug',
] as const;
const MigrationStatus = enumOf('MigrationStatus', 'How far a migration is.', MIGRATION_STATUSES);

const PAGE = 4096;

const MigrationStats = struct('MigrationStats', 'What has been sent of the memory.', {
  transferred: required(int, 'bytes that were sent'),
  remaining: required(int, 'bytes of memory that were not looked at yet'),
  total: required(int, 'bytes of memory'),
  duplicate: required(int, 'pages of zeroes, of which nothing is sent'),
  skipped: required(int, 'zero'),
  normal: required(int, 'pages that were sent'),
  'normal-bytes': required(int, 'bytes of these'),
  'dirty-pages-rate': required(int, 'zero: the guest stands still'),
  mbps: required(number, 'megabits a second'),
  'dirty-sync-count': required(int, 'how often all of memory was gone through'),
  'postcopy-requests': required(int, 'zero'),
  'page-size': required(int, 'bytes of a page'),
  'multifd-bytes': required(int, 'zero'),
  'pages-per-second': required(int, 'pages that were sent in a second'),
  'precopy-bytes': required(int, 'bytes that were sent while the guest ran: zero'),
  'downtime-bytes': required(int, 'bytes that were sent while it stood still'),
  'postcopy-bytes': required(int, 'zero'),
  'dirty-sync-missed-zero-copy': required(int, 'zero'),
});

const MigrationInfo = struct('MigrationInfo', 'How far the latest migration is.', {
  status: optional(MigrationStatus, 'absent if there was none'),
  ram: optional(MigrationStats, 'what has been sent'),
  'total-time': optional(int, 'milliseconds since it began, or that it took'),
  'setup-time': optional(int, 'milliseconds until the other side was reached'),
  downtime: optional(int, 'milliseconds that the guest stood still'),
  'error-desc': optional(str, 'why it failed'),
  'socket-address': optional(arrayOf(Address), 'where a machine is waited for'),
});

function memoryOf({ progress, totalTime, setupTime }: MigrationReport) {
  const { transferred, remaining, total, zeroPages, normalPages } = progress;
  const seconds = Math.max(totalTime - setupTime, 1) / 1000;
  return {
    transferred,
    remaining,
    total,
    duplicate: zeroPages,
    skipped: 0,
    normal: normalPages,
    'normal-bytes': normalPages * PAGE,
    'dirty-pages-rate': 0,
    mbps: (transferred * 8) / seconds / 1e6,
    'dirty-sync-count': 1,
    'postcopy-requests': 0,
    'page-size': PAGE,
    'multifd-bytes': 0,
    'pages-per-second': Math.round(normalPages / seconds),
    'precopy-bytes': 0,
    'downtime-bytes': transferred,
    'postcopy-bytes': 0,
    'dirty-sync-missed-zero-copy': 0,
  };
}

const addressOf = (address: SocketAddress) =>
  address.type === 'unix'
    ? { type: 'unix' as const, path: address.path }
    : { type: 'inet' as const, host: address.host, port: String(address.port) };

const queryMigrate = command('query-migrate', {
  since: '0.14',
  doc: 'Tells how far the latest migration is, from here or to here.',
  returns: MigrationInfo,
  example: {},
  run(_, { target }) {
    const { report } = target.state.migration;
    const { status, isIncoming, totalTime, setupTime, downtime, error, listening } = report;
    if (status === 'none') return {};
    if (isIncoming) {
      const socket = listening === undefined ? {} : { 'socket-address': [addressOf(listening)] };
      return status === 'completed' || status === 'failed' ? { status } : { ...socket };
    }
    const times = { 'total-time': totalTime, ...(status === 'setup' ? {} : { 'setup-time': setupTime }) };
    if (status === 'active') return { status, ...times, ram: memoryOf(report) };
    if (status === 'completed') return { status, ...times, downtime, ram: memoryOf(report) };
    return { status, ...(error === undefined ? {} : { 'error-desc': error }) };
  },
});

const noDisks = (asked: boolean): void => {
  if (asked) {
    throw new UserError('disks are not sent along: let both sides use the same images, or save with savevm');
  }
};

const migrate = command('migrate', {
  since: '0.14',
  doc: `Sends the machine to another process, which waits for it with \`-incoming\`. It stands still meanwhile, and stays so.
Disks are not sent: both sides use the same images. \`uri\` is \`file:PATH\`, \`exec:COMMAND\`, \`unix:PATH\` or
\`tcp:HOST:PORT\`.`,
  args: {
    uri: required(str, 'where to'),
    blk: optional(bool, 'with its disks, which is not supported'),
    inc: optional(bool, 'with what its disks have more than an image that is there, which is not supported'),
    detach: optional(bool, 'is always so'),
    resume: optional(bool, 'go on with one that was interrupted, which is not supported'),
  },
  errors: { GenericError: 'it is on its way already, or cannot go there' },
  example: { uri: 'tcp:127.0.0.1:4446' },
  run({ uri, blk = false, inc = false, resume = false }, { target }) {
    noDisks(blk || inc);
    if (resume) throw new UserError('Cannot resume if there is no paused migration');
    target.state.migration.start(uri);
  },
});

const migrateCancel = command('migrate_cancel', {
  since: '0.14',
  doc: 'Keeps the machine here. Nothing happens if it is not on its way.',
  example: {},
  run: (_, { target }) => target.state.migration.cancel(),
});

const migrateIncoming = command('migrate-incoming', {
  since: '2.3',
  doc: 'Says where the machine comes from, after a start with `-incoming defer`.',
  args: { uri: required(str, 'where from, as `-incoming` takes it') },
  errors: { GenericError: 'no machine is waited for, or one is already' },
  example: { uri: 'tcp:127.0.0.1:4446' },
  run: ({ uri }, { target }) => target.state.migration.receive(uri),
});

/** What belongs to a way of sending that is not there: the guest never runs while it is sent. */
const refuse = (why: string) => (): never => {
  throw new UserError(why);
};
const noPostcopy = refuse('Enable postcopy with migrate_set_capability before the start of migration');
const noPause = refuse('migrate-pause is currently only supported during postcopy-active state');
const noRecovery = refuse('Migrate recover can only be run when postcopy is paused.');
const noSwitchover = (status: string): never => {
  throw new UserError(`Migration not in expected state: ${status}`);
};
const never = { GenericError: 'always: the machine stands still while it is sent' };

const startPostcopy = command('migrate-start-postcopy', {
  since: '2.5',
  doc: 'Lets the guest run on the other side before all of its memory is there. Not supported.',
  errors: never,
  example: {},
  run: noPostcopy,
});
const migrateContinue = command('migrate-continue', {
  since: '2.11',
  doc: 'Goes on with a migration that waits before its last step. None does.',
  args: { state: required(MigrationStatus, 'the state that it is in') },
  errors: never,
  example: { state: 'pre-switchover' },
  run: (_, { target }) => noSwitchover(target.state.migration.report.status),
});
const migratePause = command('migrate-pause', {
  since: '3.0',
  doc: 'Interrupts a migration that goes on with the guest on the other side. None does.',
  oob: true,
  errors: never,
  example: {},
  run: noPause,
});
const migrateRecover = command('migrate-recover', {
  since: '3.0',
  doc: 'Goes on with such a migration. There is none.',
  args: { uri: required(str, 'where from') },
  oob: true,
  errors: never,
  example: { uri: 'tcp:127.0.0.1:4446' },
  run: noRecovery,
});

const MIGRATION = event('MIGRATION', {
  since: '2.4',
  doc: 'A migration is further than it was. Told if the capability `events` is on.',
  data: { status: required(MigrationStatus, 'how far it is') },
});

const hmpMigrate = hmp('migrate', {
  args: {
    detach: flag('d', 'do not wait'),
    disks: flag('b', 'with disks'),
    changes: flag('i', 'with changes of disks'),
    resume: flag('r', 'go on'),
    uri: word('where to'),
  },
  doc: 'send the machine to file:PATH, exec:COMMAND, unix:PATH or tcp:HOST:PORT (-d: do not wait for the end)',
  example: 'migrate -d tcp:127.0.0.1:4446',
  async run({ detach, disks, changes, resume, uri }, { target }) {
    noDisks(disks || changes);
    if (resume) throw new UserError('Cannot resume if there is no paused migration');
    const { ended } = target.state.migration.start(uri);
    if (!detach) await ended;
  },
});

const hmpCancel = hmp('migrate_cancel', {
  doc: 'keep the machine here',
  run: (_, { target }) => target.state.migration.cancel(),
});

const hmpIncoming = hmp('migrate_incoming', {
  args: { uri: word('where from') },
  doc: 'say where the machine comes from, after a start with -incoming defer',
  example: 'migrate_incoming tcp:127.0.0.1:4446',
  run: ({ uri }, { target }) => target.state.migration.receive(uri),
});

const kilobytes = (bytes: number): number => Math.floor(bytes / 1024);

const infoMigrate = hmp('info migrate', {
  doc: 'show how far the latest migration is',
  run(_, { target }) {
    const { report } = target.state.migration;
    const { status, isIncoming, totalTime, setupTime, downtime, error, listening } = report;
    if (status === 'none') return '';
    const lines = [`Migration status: ${status}${error === undefined ? '' : ` (${error})`}`];
    if (isIncoming) {
      if (listening !== undefined && status === 'setup') {
        const where = listening.type === 'unix' ? `unix:${listening.path}` : `tcp:${listening.host}:${listening.port}`;
        lines.push('socket address: [', `\t${where}`, ']');
      }
      return textOf(lines);
    }
    lines.push(`total time: ${totalTime} ms`);
    if (status !== 'active' && status !== 'completed') return textOf(lines);
    const ram = memoryOf(report);
    return textOf([
      ...lines,
      ...(status === 'completed' ? [`downtime: ${downtime} ms`] : []),
      `setup: ${setupTime} ms`,
      `transferred ram: ${kilobytes(ram.transferred)} kbytes`,
      `throughput: ${ram.mbps.toFixed(2)} mbps`,
      `remaining ram: ${kilobytes(ram.remaining)} kbytes`,
      `total ram: ${kilobytes(ram.total)} kbytes`,
      `duplicate: ${ram.duplicate} pages`,
      `skipped: ${ram.skipped} pages`,
      `normal: ${ram.normal} pages`,
      `normal bytes: ${kilobytes(ram['normal-bytes'])} kbytes`,
      `dirty sync count: ${ram['dirty-sync-count']}`,
      `page size: ${kilobytes(PAGE)} kbytes`,
      `multifd bytes: 0 kbytes`,
      `pages-per-second: ${ram['pages-per-second']}`,
      `downtime ram: ${kilobytes(ram['downtime-bytes'])} kbytes`,
    ]);
  },
});

const hmpRest = [
  hmp('migrate_start_postcopy', { doc: 'not supported: the guest stands still while it is sent', run: noPostcopy }),
  hmp('migrate_pause', { doc: 'not supported: the guest stands still while it is sent', run: noPause }),
  hmp('migrate_recover', {
    args: { uri: word('where from') },
    doc: 'not supported: the guest stands still while it is sent',
    example: 'migrate_recover tcp:127.0.0.1:4446',
    run: noRecovery,
  }),
  hmp('migrate_continue', {
    args: { state: word('the state that it is in') },
    doc: 'go on with a migration that waits before its last step; none does',
    example: 'migrate_continue pre-switchover',
    run({ state }, { target }) {
      if (!MIGRATION_STATUSES.some((status) => status === state))
        throw new UserError(`invalid parameter value: ${state}`);
      noSwitchover(target.state.migration.report.status);
    },
  }),
];

export const migration = topic('Migration', {
  doc: 'The machine on its way to another process.',
  commands: [
    migrate,
    migrateCancel,
    migrateIncoming,
    queryMigrate,
    startPostcopy,
    migrateContinue,
    migratePause,
    migrateRecover,
  ],
  events: [MIGRATION],
  hmp: [hmpMigrate, hmpCancel, hmpIncoming, infoMigrate, ...hmpRest],
});
