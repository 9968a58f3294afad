import type { DriveAccount } from './account.ts';
import type { BlockNode, CacheMode } from './node.ts';

/** A disk as the guest's device and the monitor know it. */
export interface BlockDrive {
  /** The `id` of a `-drive`; empty for a node of `-blockdev` that a device uses. */
  readonly id: string;
  readonly node: BlockNode;
  readonly cache: CacheMode;
  /** A write is durable before it is acknowledged (`cache=writethrough`, `write-cache=off`). */
  readonly writeThrough: boolean;
  readonly account: DriveAccount;
  /** The device that uses it: its id or path, as query-block shows it. */
  user: string | undefined;
  /** A device that reports errors of its disk is attached. */
  reportsStatus: boolean;
}
