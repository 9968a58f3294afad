import { UserError } from '../base/errors.ts';
import {
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_MAGIC,
  FDT_NOP,
  FDT_PROP,
  type DtNode,
  type DtValue,
  type MemoryReservation,
} from './fdt.ts';

/**
 * Reads a flattened device tree (Devicetree Specification v0.4 chapter 5; versions 16 and 17). The
 * file comes from the user and is hostile: every offset is checked, depth and name lengths are
 * bounded. Property values are bytes borrowed from the file.
 */

export interface ReadTree {
  readonly root: DtNode;
  readonly reservations: readonly MemoryReservation[];
}

const MAX_DEPTH = 64;
/** Names of properties are 31 characters by section 2.2.4.1; some trees have longer ones. */
const MAX_NAME = 255;
const MAX_RESERVATIONS = 1024;

/** `what` names the file in messages: `device tree 'board.dtb'`. */
export function readTree(file: Uint8Array, what: string): ReadTree {
  const fail = (why: string) =>
    new UserError(`${what} is not a usable device tree (${why}): compile it again with dtc`);
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 40 || data.getUint32(0) !== FDT_MAGIC) throw fail('the first bytes are not those of one');
  const total = data.getUint32(4);
  if (total > file.length) throw fail('it is cut short');
  const version = data.getUint32(20);
  if (version < 16 || data.getUint32(24) > 17) throw fail(`version ${version}`);

  const stringsAt = data.getUint32(12);
  const stringsEnd = stringsAt + data.getUint32(32);
  if (stringsEnd > total) throw fail('its strings are outside it');
  let at = data.getUint32(8);
  const end = version >= 17 ? at + data.getUint32(36) : total;
  if (end > total || at % 4 !== 0) throw fail('its structure is outside it');

  const cell = (): number => {
    if (at + 4 > end) throw fail('it ends early');
    const value = data.getUint32(at);
    at += 4;
    return value;
  };
  const text = (start: number, limit: number): string => {
    let stop = start;
    while (stop < limit && file[stop] !== 0) stop++;
    if (stop >= limit || stop - start > MAX_NAME) throw fail('a name does not end');
    return String.fromCharCode(...file.subarray(start, stop));
  };
  const property = (into: Record<string, DtValue>): void => {
    const length = cell();
    const nameAt = stringsAt + cell();
    if (at + length > end) throw fail('a property is longer than the tree');
    if (nameAt >= stringsEnd) throw fail('a property has no name');
    into[text(nameAt, stringsEnd)] = file.subarray(at, at + length);
    at = align4(at + length);
  };
  const node = (depth: number): DtNode => {
    if (depth > MAX_DEPTH) throw fail(`more than ${MAX_DEPTH} levels`);
    const name = text(at, end);
    at = align4(at + name.length + 1);
    const properties: Record<string, DtValue> = Object.create(null);
    const children: DtNode[] = [];
    for (;;) {
      const token = cell();
      if (token === FDT_END_NODE) return { name, properties, children };
      if (token === FDT_BEGIN_NODE) children.push(node(depth + 1));
      else if (token === FDT_PROP) property(properties);
      else if (token !== FDT_NOP) throw fail(`an unknown token ${token}`);
    }
  };

  let token = cell();
  while (token === FDT_NOP) token = cell();
  if (token !== FDT_BEGIN_NODE) throw fail('it has no root');
  const root = node(1);
  do token = cell();
  while (token === FDT_NOP);
  if (token !== FDT_END) throw fail('it has more than one root');
  return { root, reservations: readReservations(data, total, fail) };
}

function align4(offset: number): number {
  return (offset + 3) & ~3;
}

/** Section 5.3: pairs of 64-bit numbers, up to a pair of zeroes. */
function readReservations(data: DataView, total: number, fail: (why: string) => UserError): MemoryReservation[] {
  const reservations: MemoryReservation[] = [];
  for (let at = data.getUint32(16); ; at += 16) {
    if (at + 16 > total) throw fail('its memory reservations do not end');
    const address = Number(data.getBigUint64(at));
    const size = Number(data.getBigUint64(at + 8));
    if (address === 0 && size === 0) return reservations;
    if (!Number.isSafeInteger(address + size) || reservations.length >= MAX_RESERVATIONS) {
      throw fail('its memory reservations are beyond any memory');
    }
    reservations.push({ address, size });
  }
}
