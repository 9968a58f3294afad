/**
 * How a virtio device and its transport meet. Chapters and sections here and in this folder are
 * those of "Virtual I/O Device (VIRTIO) Version 1.2" (OASIS, 2022), whose "Legacy Interface"
 * sections describe the older form.
 */

import { bool } from '../properties.ts';
import type { PropertyValues } from '../properties.ts';
import type { Virtqueue } from './queue.ts';

/** Feature bits that are not a device type's own (chapter 6). */
export const F_NOTIFY_ON_EMPTY = 24;
export const F_ANY_LAYOUT = 27;
export const F_INDIRECT_DESC = 28;
export const F_EVENT_IDX = 29;
export const F_VERSION_1 = 32;

/** Bits of the device status (section 2.1). */
export const STATUS_DRIVER_OK = 4;
export const STATUS_FEATURES_OK = 8;
export const STATUS_NEEDS_RESET = 0x40;

/** What a transport lets its device do. */
export interface VirtioTransport {
  queue(index: number): Virtqueue;
  /** The driver accepted the feature. */
  has(bit: number): boolean;
  /** The driver said that it is ready. */
  isLive(): boolean;
  /** Tells the driver that the configuration space changed. */
  configChanged(): void;
  /** The driver broke a rule: the device stops until it is reset. */
  fail(why: string): void;
}

/** What a virtio device offers to its transport: its `api`. */
export interface VirtioModel {
  /** Device ID (chapter 5). */
  readonly id: number;
  /** Bytes of the configuration space. */
  readonly configSize: number;
  /** Size of each queue. */
  readonly queues: readonly number[];
  /** Offered features 0 to 31. */
  features(modern: boolean): number;
  connect(transport: VirtioTransport): void;
  /** The driver put buffers into a queue. */
  kick(queue: number): void;
  /** The driver wrote its status. */
  statusChanged?(): void;
}

/** Properties that every virtio device has. */
export const virtioProperties = {
  indirect_desc: bool(true),
  event_idx: bool(true),
  notify_on_empty: bool(true),
  any_layout: bool(true),
} as const;

/** The common features by those properties; two of them exist only in the legacy interface. */
export function ringFeatures(props: PropertyValues<typeof virtioProperties>, modern: boolean): number {
  let features = 0;
  if (props.indirect_desc) features |= 1 << F_INDIRECT_DESC;
  if (props.event_idx) features |= 1 << F_EVENT_IDX;
  if (!modern && props.notify_on_empty) features |= 1 << F_NOTIFY_ON_EMPTY;
  if (!modern && props.any_layout) features |= 1 << F_ANY_LAYOUT;
  return features;
}
