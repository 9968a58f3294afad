import type { Static } from '../../qapi/schema.ts';
import {
  alternate,
  arrayOf,
  bool,
  enumOf,
  int,
  lazy,
  number,
  optional,
  required,
  str,
  struct,
  type Type,
  union,
} from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp } from '../hmp-command.ts';
import type { BlockStatsInfo } from '../target.ts';
import { topic } from '../topic.ts';
import { BlockDeviceInserted, describeMedium } from './block.ts';

const BlockDeviceTimedStats = struct('BlockDeviceTimedStats', 'Times within an interval, of which none are kept.', {
  interval_length: required(int, 'seconds'),
  min_rd_latency_ns: required(int, 'the shortest read'),
  max_rd_latency_ns: required(int, 'the longest read'),
  avg_rd_latency_ns: required(int, 'a read on average'),
  min_wr_latency_ns: required(int, 'the shortest write'),
  max_wr_latency_ns: required(int, 'the longest write'),
  avg_wr_latency_ns: required(int, 'a write on average'),
  min_flush_latency_ns: required(int, 'the shortest flush'),
  max_flush_latency_ns: required(int, 'the longest flush'),
  avg_flush_latency_ns: required(int, 'a flush on average'),
  avg_rd_queue_depth: required(number, 'reads under way on average'),
  avg_wr_queue_depth: required(number, 'writes under way on average'),
});

const BlockDeviceStats = struct('BlockDeviceStats', 'What a disk has done.', {
  rd_bytes: required(int, 'bytes read'),
  wr_bytes: required(int, 'bytes written'),
  unmap_bytes: required(int, 'bytes given up'),
  rd_operations: required(int, 'reads'),
  wr_operations: required(int, 'writes'),
  flush_operations: required(int, 'flushes'),
  unmap_operations: required(int, 'times that bytes were given up'),
  rd_total_time_ns: required(int, 'time that reads took'),
  wr_total_time_ns: required(int, 'time that writes took'),
  flush_total_time_ns: required(int, 'time that flushes took'),
  unmap_total_time_ns: required(int, 'time that giving up took'),
  wr_highest_offset: required(int, 'the end of the farthest write'),
  rd_merged: required(int, 'reads that became part of others'),
  wr_merged: required(int, 'writes that became part of others'),
  unmap_merged: required(int, 'the same of giving up'),
  failed_rd_operations: required(int, 'reads that failed'),
  failed_wr_operations: required(int, 'writes that failed'),
  failed_flush_operations: required(int, 'flushes that failed'),
  failed_unmap_operations: required(int, 'the same of giving up'),
  invalid_rd_operations: required(int, 'reads of what is not there'),
  invalid_wr_operations: required(int, 'writes to what is not there'),
  invalid_flush_operations: required(int, 'flushes that make no sense'),
  invalid_unmap_operations: required(int, 'the same of giving up'),
  account_invalid: required(bool, 'the times include those of invalid requests'),
  account_failed: required(bool, 'the times include those of failed requests'),
  timed_stats: required(arrayOf(BlockDeviceTimedStats), 'times within intervals'),
});

interface BlockStatsAnswer {
  readonly device?: string | undefined;
  readonly qdev?: string | undefined;
  readonly 'node-name'?: string | undefined;
  readonly stats: Static<typeof BlockDeviceStats>;
  readonly parent?: BlockStatsAnswer | undefined;
}

const BlockStats: Type<BlockStatsAnswer> = struct(
  'BlockStats',
  'What a disk, or a node that it is made of, has done.',
  {
    device: optional(str, 'the id of `-drive`'),
    qdev: optional(str, 'the device that uses it'),
    'node-name': optional(str, 'the node'),
    stats: required(BlockDeviceStats, 'what it has done'),
    parent: optional(
      lazy('BlockStats', (): Type<BlockStatsAnswer> => BlockStats),
      'the node below',
    ),
  },
);

const queryBlockstats = command('query-blockstats', {
  since: '0.14',
  doc: 'Tells what each disk has done since the machine was made.',
  args: { 'query-nodes': optional(bool, 'those of nodes with a name, not of disks; nothing is counted for them') },
  returns: arrayOf(BlockStats),
  example: {},
  run: ({ 'query-nodes': ofNodes = false }, { target }) =>
    ofNodes
      ? []
      : target.blockStats().map(({ device, qdev, nodeName, below, stats }) => ({
          device,
          qdev,
          'node-name': nodeName,
          stats: describe(stats),
          parent: below === undefined ? undefined : { 'node-name': below, stats: describe(undefined) },
        })),
});

function describe(stats: BlockStatsInfo['stats'] | undefined): Static<typeof BlockDeviceStats> {
  const nothing = { bytes: 0, operations: 0, failed: 0, time: 0 };
  const { read = nothing, write = nothing, flush = nothing, discard = nothing, highestWrite = 0 } = stats ?? {};
  return {
    rd_bytes: read.bytes,
    wr_bytes: write.bytes,
    unmap_bytes: discard.bytes,
    rd_operations: read.operations,
    wr_operations: write.operations,
    flush_operations: flush.operations,
    unmap_operations: discard.operations,
    rd_total_time_ns: read.time,
    wr_total_time_ns: write.time,
    flush_total_time_ns: flush.time,
    unmap_total_time_ns: discard.time,
    wr_highest_offset: highestWrite,
    rd_merged: 0,
    wr_merged: 0,
    unmap_merged: 0,
    failed_rd_operations: read.failed,
    failed_wr_operations: write.failed,
    failed_flush_operations: flush.failed,
    failed_unmap_operations: discard.failed,
    invalid_rd_operations: 0,
    invalid_wr_operations: 0,
    invalid_flush_operations: 0,
    invalid_unmap_operations: 0,
    account_invalid: true,
    account_failed: true,
    timed_stats: [],
  };
}

const queryNamedBlockNodes = command('query-named-block-nodes', {
  since: '2.0',
  doc: 'Lists the nodes that disks are made of.',
  args: { flat: optional(bool, 'leave out what is below each image') },
  returns: arrayOf(BlockDeviceInserted),
  example: {},
  run: async (_, { target }) => (await target.blockNodes()).map(describeMedium),
});

const queryBlockExports = command('query-block-exports', {
  since: '5.2',
  doc: 'Lists the disks that others can use. There is no way to let them yet.',
  returns: arrayOf(
    struct('BlockExportInfo', 'A disk that others can use.', {
      id: required(str, 'its name'),
      type: required(
        enumOf('BlockExportType', 'A way to let others use a disk.', ['nbd', 'vhost-user-blk', 'fuse', 'vduse-blk']),
        'the way',
      ),
      'node-name': required(str, 'the node'),
      'shutting-down': required(bool, 'it is about to end'),
    }),
  ),
  example: {},
  run: () => [],
});

const queryPrManagers = command('query-pr-managers', {
  since: '3.0',
  doc: 'Lists the helpers for persistent reservations of disks, of which there are none.',
  returns: arrayOf(
    struct('PRManagerInfo', 'A helper.', {
      id: required(str, 'its name'),
      connected: required(bool, 'it is there'),
    }),
  ),
  example: {},
  run: () => [],
});

const OnOffAuto = enumOf('OnOffAuto', 'Whether to do something.', ['auto', 'on', 'off']);
const DetectZeroes = enumOf('BlockdevDetectZeroesOptions', 'Whether writes of zeros are looked for.', [
  'off',
  'on',
  'unmap',
]);

const BlockdevOptions: Type<Readonly<Record<string, unknown>>> = union('BlockdevOptions', 'A node to make.', {
  tag: 'driver',
  members: {
    driver: required(enumOf('BlockdevDriver', 'A kind of node.', ['file', 'raw']), 'its kind'),
    'node-name': optional(str, 'its name'),
    discard: optional(
      enumOf('BlockdevDiscardOptions', 'What to do with bytes that are given up.', ['ignore', 'unmap']),
      'ignored',
    ),
    cache: optional(
      struct('BlockdevCacheOptions', 'How writes go to the host.', {
        direct: optional(bool, "not through the host's page cache"),
        'no-flush': optional(bool, 'flushes of the guest are ignored'),
      }),
      'how writes go to the host',
    ),
    'read-only': optional(bool, 'it is not written'),
    'auto-read-only': optional(bool, 'it is not written if it cannot be'),
    'force-share': optional(bool, 'ignored'),
    'detect-zeroes': optional(DetectZeroes, 'ignored'),
  },
  cases: {
    file: struct('BlockdevOptionsFile', 'A file of the host.', {
      filename: required(str, 'the file'),
      'pr-manager': optional(str, 'a helper for reservations; not supported'),
      locking: optional(OnOffAuto, 'ignored'),
      aio: optional(
        enumOf('BlockdevAioOptions', 'How the host is asked.', ['threads', 'native', 'io_uring']),
        'ignored',
      ),
      'aio-max-batch': optional(int, 'ignored'),
      'drop-cache': optional(bool, 'not supported'),
      'x-check-cache-dropped': optional(bool, 'not supported'),
    }),
    raw: struct('BlockdevOptionsRaw', 'An image without a format.', {
      file: required(
        alternate('BlockdevRef', 'A node to make, or the name of one.', {
          definition: lazy('BlockdevOptions', (): Type<Readonly<Record<string, unknown>>> => BlockdevOptions),
          reference: str,
        }),
        'the node below',
      ),
      offset: optional(int, 'where the image begins; not supported'),
      size: optional(int, 'its size; not supported'),
    }),
  },
}) as unknown as Type<Readonly<Record<string, unknown>>>;

const blockdevAdd = command('blockdev-add', {
  since: '2.9',
  doc: 'Makes a node, as `-blockdev` does.',
  args: BlockdevOptions as never,
  errors: { GenericError: 'the file cannot be opened, or the name is taken' },
  example: { driver: 'file', 'node-name': 'node1', filename: '/dev/null' } as never,
  run: (options: Readonly<Record<string, unknown>>, { target }) => target.addBlockNode(options),
});

const blockdevDel = command('blockdev-del', {
  since: '2.9',
  doc: 'Closes a node that nothing uses.',
  args: { 'node-name': required(str, 'its name') },
  errors: { GenericError: 'there is none of that name, or it is in use' },
  example: { 'node-name': 'node1' },
  run: ({ 'node-name': name }, { target }) => target.deleteBlockNode(name),
});

const infoBlockstats = hmp('info blockstats', {
  doc: 'show what each disk has done',
  run: (_, { target }) =>
    target
      .blockStats()
      .map(({ device, nodeName, stats: { read, write, flush } }) => {
        const numbers: Readonly<Record<string, number>> = {
          rd_bytes: read.bytes,
          wr_bytes: write.bytes,
          rd_operations: read.operations,
          wr_operations: write.operations,
          flush_operations: flush.operations,
          wr_total_time_ns: write.time,
          rd_total_time_ns: read.time,
          flush_total_time_ns: flush.time,
          rd_merged: 0,
          wr_merged: 0,
          idle_time_ns: 0,
        };
        const who = device === '' ? nodeName : device;
        return `${who}: ${Object.entries(numbers)
          .map(([name, value]) => `${name}=${value}`)
          .join(' ')}\n`;
      })
      .join(''),
});

export const blockNodes = topic('Block nodes', {
  doc: 'What disks are made of, and what they have done.',
  commands: [queryBlockstats, queryNamedBlockNodes, blockdevAdd, blockdevDel, queryBlockExports, queryPrManagers],
  hmp: [infoBlockstats],
});
