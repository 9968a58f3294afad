import type { Migration } from '../vm/migration.ts';
import type { Snapshots } from '../vm/snapshots.ts';

/** The machine's state as monitors handle it. */
export interface StateTarget {
  readonly migration: Pick<
    Migration,
    'report' | 'start' | 'cancel' | 'receive' | 'isUnderWay' | 'tellsEvents' | 'maxBandwidth'
  >;
  readonly snapshots: Pick<Snapshots, 'list' | 'has' | 'save' | 'load' | 'delete'> & {
    /** The disk whose image snapshots stand beside. */
    readonly carrier: { readonly nodeName: string } | undefined;
  };
}
