import { arrayOf, bool, enumOf, int, optional, required, str, struct, type Static } from '../../qapi/schema.ts';
import { command } from '../command.ts';
import { hmp, textOf } from '../hmp-command.ts';
import type { BlockDeviceInfo, BlockMediumInfo } from '../target.ts';
import { topic } from '../topic.ts';

const ImageInfo = struct('ImageInfo', 'A disk image.', {
  filename: required(str, 'its file'),
  format: required(str, 'its format'),
  'virtual-size': required(int, 'bytes that the guest sees'),
  'actual-size': optional(int, 'bytes that it takes on the host'),
  'dirty-flag': optional(bool, 'it was not closed properly'),
});

const BlockdevCacheInfo = struct('BlockdevCacheInfo', 'How writes reach the disk.', {
  writeback: required(bool, 'a write is done before it is on the disk'),
  direct: required(bool, "the host's page cache is not used"),
  'no-flush': required(bool, 'flushes of the guest are ignored'),
});

const DETECT_ZEROES = ['off', 'on', 'unmap'] as const;

export const BlockDeviceInserted = struct('BlockDeviceInfo', 'What is in a drive. Limits of zero are none.', {
  file: required(str, 'the file'),
  'node-name': optional(str, 'the name of the block node'),
  ro: required(bool, 'it cannot be written'),
  drv: required(str, 'the format'),
  backing_file_depth: required(int, 'images below it'),
  encrypted: required(bool, 'its content is encrypted'),
  detect_zeroes: required(
    enumOf('BlockdevDetectZeroesOptions', 'Whether writes of zeros are looked for.', DETECT_ZEROES),
    'what becomes of zeros that are written',
  ),
  bps: required(int, 'the limit of bytes a second'),
  bps_rd: required(int, 'the limit of bytes read a second'),
  bps_wr: required(int, 'the limit of bytes written a second'),
  iops: required(int, 'the limit of operations a second'),
  iops_rd: required(int, 'the limit of reads a second'),
  iops_wr: required(int, 'the limit of writes a second'),
  image: required(ImageInfo, 'the image'),
  cache: required(BlockdevCacheInfo, 'how writes reach the disk'),
  write_threshold: required(int, 'where a write raises an event; zero for nowhere'),
});

const BlockInfo = struct('BlockInfo', 'A drive.', {
  device: required(str, 'the id of `-drive`; empty for `-blockdev`'),
  qdev: optional(str, 'the id or path of the device that uses it'),
  type: required(str, 'always `unknown`'),
  removable: required(bool, 'its medium can be changed'),
  locked: required(bool, 'the guest holds the medium'),
  inserted: optional(BlockDeviceInserted, 'the medium; absent if there is none'),
  'io-status': optional(
    enumOf('BlockDeviceIoStatus', 'Whether an error has stopped the machine.', ['ok', 'failed', 'nospace']),
    'of a drive whose errors can stop the machine',
  ),
});

const queryBlock = command('query-block', {
  since: '0.14',
  doc: 'Lists the drives.',
  returns: arrayOf(BlockInfo),
  example: {},
  run: async (_, { target }) => (await target.blockDevices()).map(describe),
});

function describe({ device, qdev, removable, medium }: BlockDeviceInfo): Static<typeof BlockInfo> {
  const drive = { device, qdev, type: 'unknown', removable, locked: false };
  if (medium === undefined) return drive;
  return { ...drive, 'io-status': qdev === undefined ? undefined : 'ok', inserted: describeMedium(medium) };
}

/** A node as clients see it. */
export function describeMedium(medium: BlockMediumInfo): Static<typeof BlockDeviceInserted> {
  const { nodeName, driver, file, readOnly, virtualSize, actualSize, cache } = medium;
  return {
    file,
    'node-name': nodeName,
    ro: readOnly,
    drv: driver,
    backing_file_depth: 0,
    encrypted: false,
    detect_zeroes: 'off',
    bps: 0,
    bps_rd: 0,
    bps_wr: 0,
    iops: 0,
    iops_rd: 0,
    iops_wr: 0,
    image: {
      filename: file,
      format: driver,
      'virtual-size': virtualSize,
      'actual-size': actualSize,
      'dirty-flag': false,
    },
    cache: { writeback: cache.writeback, direct: cache.direct, 'no-flush': cache.noFlush },
    write_threshold: 0,
  };
}

const infoBlock = hmp('info block', {
  doc: 'show the drives',
  async run(_, { target }) {
    const drives = (await target.blockDevices()).map((drive) => textOf(lines(drive)));
    return drives.join('\n');
  },
});

function lines({ device, qdev, removable, medium }: BlockDeviceInfo): readonly string[] {
  const attached = qdev === undefined ? [] : [`    Attached to:      ${qdev}`];
  const tray = removable ? ['    Removable device: not locked, tray closed'] : [];
  if (medium === undefined) return [`${device}: [not inserted]`, ...attached, ...tray];
  const { nodeName, driver, file, readOnly, cache } = medium;
  const who = device === '' ? nodeName : `${device} (${nodeName})`;
  const modes = [
    cache.writeback ? 'writeback' : 'writethrough',
    ...(cache.direct ? ['direct'] : []),
    ...(cache.noFlush ? ['ignore flushes'] : []),
  ];
  return [
    `${who}: ${file} (${driver}${readOnly ? ', read-only' : ''})`,
    ...attached,
    ...tray,
    `    Cache mode:       ${modes.join(', ')}`,
  ];
}

export const block = topic('Drives', {
  doc: 'Disks and what is in them.',
  commands: [queryBlock],
  hmp: [infoBlock],
});
