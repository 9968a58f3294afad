import { UserError } from '../base/errors.ts';
import { Options } from '../host/options.ts';
import type { CacheMode } from './node.ts';

const INTERFACES = ['none', 'virtio', 'pflash'] as const;
export type DriveInterface = (typeof INTERFACES)[number];

/** What a `-drive` option says. */
export interface DriveOptions {
  readonly id: string;
  readonly interface: DriveInterface;
  /** Place among the drives of its interface, from 0. */
  readonly index: number;
  readonly file: string | undefined;
  /** Undefined: find out. */
  readonly format: string | undefined;
  readonly nodeName: string | undefined;
  readonly readOnly: boolean;
  readonly snapshot: boolean;
  readonly cache: CacheMode;
  readonly writeThrough: boolean;
}

/** `cache=`: what each word stands for. */
const CACHES: Readonly<Record<string, CacheMode & { writeThrough: boolean }>> = {
  writeback: { direct: false, noFlush: false, writeThrough: false },
  none: { direct: true, noFlush: false, writeThrough: false },
  off: { direct: true, noFlush: false, writeThrough: false },
  writethrough: { direct: false, noFlush: false, writeThrough: true },
  directsync: { direct: true, noFlush: false, writeThrough: true },
  unsafe: { direct: false, noFlush: true, writeThrough: false },
};

/** Accepted for the sake of command lines that give them; each leaves things as they are. */
const WITHOUT_EFFECT = ['aio', 'detect-zeroes', 'discard', 'werror', 'rerror', 'bus'];

/**
 * `nextIndex` is the index of a drive that gives none, `snapshot` the default of the option of that
 * name, which -snapshot sets.
 */
export function driveOptions(
  values: Readonly<Record<string, unknown>>,
  nextIndex: (type: DriveInterface) => number,
  snapshot: boolean,
): DriveOptions {
  const options = new Options(values);
  const type = driveInterface(options.string('if') ?? 'virtio');
  const index = options.number('index') ?? options.number('unit') ?? nextIndex(type);
  const word = options.string('cache') ?? 'writeback';
  const cache = Object.hasOwn(CACHES, word) ? CACHES[word] : undefined;
  if (cache === undefined) {
    throw new UserError(`invalid cache option '${word}'; use one of ${Object.keys(CACHES).join(', ')}`);
  }
  const writeback = options.flag('cache.writeback');
  const cdrom = options.choice('media', ['disk', 'cdrom'], 'disk') === 'cdrom';
  const readOnly = options.flag('readonly') ?? options.flag('read-only') ?? cdrom;
  const result: DriveOptions = {
    id: options.string('id') ?? `${type}${index}`,
    interface: type,
    index,
    file: options.string('file') ?? options.string('file.filename'),
    format: options.string('format') ?? options.string('driver'),
    nodeName: options.string('node-name'),
    readOnly,
    // What cannot be written needs no place for what is written.
    snapshot: options.flag('snapshot', snapshot) && !readOnly,
    cache: {
      direct: options.flag('cache.direct', cache.direct),
      noFlush: options.flag('cache.no-flush', cache.noFlush),
    },
    writeThrough: writeback === undefined ? cache.writeThrough : !writeback,
  };
  for (const name of WITHOUT_EFFECT) options.take(name);
  options.finish();
  return result;
}

function driveInterface(name: string): DriveInterface {
  const found = INTERFACES.find((each) => each === name);
  if (found !== undefined) return found;
  if (['ide', 'scsi', 'floppy', 'mtd', 'sd', 'xen'].includes(name)) {
    throw new UserError(`drives with if=${name} are not supported yet; use if=virtio`);
  }
  throw new UserError(`unsupported bus type '${name}'; use if=none, if=virtio or if=pflash`);
}
