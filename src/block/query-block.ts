import type { BlockDrive } from './drive.ts';
import type { BlockNode } from './node.ts';

export interface ImageInfo {
  readonly filename: string;
  readonly format: string;
  readonly 'virtual-size': number;
  readonly 'actual-size': number;
  readonly 'dirty-flag': boolean;
  readonly 'backing-image'?: ImageInfo;
}

/** An entry of query-block. */
export interface BlockInfo {
  readonly device: string;
  readonly qdev?: string;
  readonly type: 'unknown';
  readonly locked: boolean;
  readonly removable: boolean;
  readonly 'io-status'?: 'ok';
  readonly inserted: Readonly<Record<string, unknown>> & { readonly image: ImageInfo };
}

/** Throttling, which there is none of. */
const UNLIMITED = { bps: 0, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 };

export async function describeDrive({
  id,
  node,
  cache,
  writeThrough,
  user,
  reportsStatus,
}: BlockDrive): Promise<BlockInfo> {
  return {
    device: id,
    ...(user === undefined ? {} : { qdev: user }),
    type: 'unknown',
    locked: false,
    removable: user === undefined,
    ...(user !== undefined && reportsStatus ? { 'io-status': 'ok' } : {}),
    inserted: {
      ...UNLIMITED,
      'node-name': node.nodeName,
      drv: node.driver,
      file: node.filename,
      ro: node.readOnly,
      encrypted: false,
      detect_zeroes: 'off',
      write_threshold: 0,
      backing_file_depth: node.backing === undefined ? 0 : 1,
      ...(node.backing === undefined ? {} : { backing_file: node.backing.filename }),
      cache: { writeback: !writeThrough, direct: cache.direct, 'no-flush': cache.noFlush },
      image: await describeImage(node),
    },
  };
}

async function describeImage(node: BlockNode): Promise<ImageInfo> {
  return {
    filename: node.filename,
    format: node.driver,
    'virtual-size': node.size,
    'actual-size': await node.allocated(),
    'dirty-flag': false,
    ...(node.backing === undefined ? {} : { 'backing-image': await describeImage(node.backing) }),
  };
}
