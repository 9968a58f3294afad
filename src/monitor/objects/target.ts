import type { Maybe } from '../target.ts';
import type { ObjectNode } from './node.ts';
import type { ObjectTypes } from './types.ts';

/** Objects of a machine: what there is, what there could be, and what a user may add. */
export interface ObjectTarget {
  readonly root: ObjectNode;
  readonly types: ObjectTypes;
  /** Makes an object for users: `qom-type`, `id` and its properties, checked. */
  create(options: { readonly 'qom-type': string; readonly id: string }): Maybe<void>;
  delete(id: string): void;
  /** Plugs a device in: `driver`, `bus`, `id` and its properties. */
  plug(options: DeviceOptions): void;
  unplug(id: string): void;
}

export interface DeviceOptions {
  readonly driver: string;
  readonly bus?: string | undefined;
  readonly id?: string | undefined;
}
