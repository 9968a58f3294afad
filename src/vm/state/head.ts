import { UserError } from '../../base/errors.ts';
import { VERSION as PROGRAM } from '../../base/version.ts';
import { COMPRESSIONS, type CompressionName } from '../../host/compression.ts';
import type { Json } from '../../qapi/json.ts';
import { isRunState, type RunState } from '../run-state.ts';
import { damaged } from './frame.ts';
import type { Extent } from './pages.ts';
import { parseJson } from './sections.ts';

/** What a saved machine says of itself, as JSON in its first frame. */
export interface Head {
  /** What saved it. */
  readonly program: string;
  /** See shapeOf. */
  readonly machine: unknown;
  readonly compression: CompressionName;
  /** What the machine did when it was saved. */
  readonly runState: RunState;
  /** Seconds since 1970, and nanoseconds of the machine's time. */
  readonly wall: number;
  readonly clock: number;
  /** Seconds since 1970 that the machine's clocks show, if they go on while it stands still. */
  readonly calendar?: number | undefined;
  /** Name of a snapshot. */
  readonly tag?: string | undefined;
  /** Disks whose content is part of it. */
  readonly disks: readonly Extent[];
}

export function packHead(head: Omit<Head, 'program' | 'machine'>, machine: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ program: `tinamou ${PROGRAM}`, ...head, machine }));
}

export function readHead(payload: Uint8Array): Head {
  const head = parseJson(payload) as Partial<Head> | null;
  const isRight =
    typeof head?.program === 'string' &&
    isRunState(head.runState) &&
    Number.isFinite(head.wall) &&
    Number.isFinite(head.clock) &&
    (head.calendar === undefined || Number.isFinite(head.calendar)) &&
    (head.tag === undefined || typeof head.tag === 'string') &&
    Array.isArray(head.disks) &&
    head.disks.every((disk: Partial<Extent> | null) => typeof disk?.name === 'string' && typeof disk.size === 'number');
  if (!isRight) throw damaged('its first part does not say what it is');
  if (!COMPRESSIONS.includes(head.compression!)) {
    throw new UserError(`the saved machine is compressed in a way that is not known here; use ${head.program}`);
  }
  return head as Head;
}
