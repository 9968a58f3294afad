/**
 * Machine code from a table. A line holds the bytes and, after a semicolon, the instruction; a line that ends in a colon
 * is a label. `@label` is the distance to a label: in x86 code a byte that counts from its own end, `@@label` four of
 * them; in aarch64 code, whose instructions are written as words, the field for it in the word before.
 * test/peer/machine-code.test.ts assembles the instructions and compares.
 */
import { BugError } from '../../base/errors.ts';

export type MachineCode = { readonly bytes: Uint8Array<ArrayBuffer>; readonly labels: ReadonlyMap<string, number> };

/** A distance that is known once all labels are: bytes at `at`, counted from `from`. */
type Fixup = { at: number; from: number; label: string; size: 1 | 4; inWord: boolean };

/** Puts a distance in bytes into an aarch64 B, B.cond, CBZ, CBNZ or ADR (Arm ARM DDI 0487, C6.2). */
function withDistance(word: number, distance: number): number {
  const words = distance >> 2;
  if (word >>> 26 === 0b000101) return word | (words & 0x3ffffff);
  if ((word & 0x9f000000) >>> 0 === 0x10000000) return word | ((distance & 3) << 29) | ((words & 0x7ffff) << 5);
  return word | ((words & 0x7ffff) << 5);
}

export function assemble(table: string): MachineCode {
  const bytes: number[] = [];
  const labels = new Map<string, number>();
  const fixups: Fixup[] = [];
  for (const line of table.split('\n')) {
    const code = line.replace(/;.*/, '').trim();
    if (code.endsWith(':')) {
      labels.set(code.slice(0, -1), bytes.length);
      continue;
    }
    const start = bytes.length;
    for (const part of code.split(' ').filter((text) => text !== '')) {
      const label = part.replace(/^@+/, '');
      const size = part.startsWith('@@') ? 4 : 1;
      if (!part.startsWith('@')) {
        // A word is little-endian.
        for (let end = part.length; end > 0; end -= 2) bytes.push(parseInt(part.slice(end - 2, end), 16));
      } else if (/^[0-9a-f]{8} /.test(code)) {
        fixups.push({ at: start, from: start, label, size: 4, inWord: true });
      } else {
        fixups.push({ at: bytes.length, from: bytes.length + size, label, size, inWord: false });
        for (let i = 0; i < size; i++) bytes.push(0);
      }
    }
  }
  const array = new Uint8Array(bytes);
  const view = new DataView(array.buffer);
  for (const { at, from, label, size, inWord } of fixups) {
    const distance = (labels.get(label) ?? NaN) - from;
    if (Number.isNaN(distance) || (size === 1 && (distance << 24) >> 24 !== distance))
      throw new BugError(`machine code: no way to ${label}`);
    if (inWord) view.setInt32(at, withDistance(view.getUint32(at, true), distance), true);
    else if (size === 4) view.setInt32(at, distance, true);
    else view.setInt8(at, distance);
  }
  return { bytes: array, labels };
}
