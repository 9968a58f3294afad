import type { Snapshot } from '../vm/snapshots.ts';

const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti'];

/** A size in three digits and a unit, as programs that read such lists know it: `18.2 MiB`. */
export function sizeText(bytes: number): string {
  // From 1000 of a unit on the next one is used.
  const unit = UNITS.findLastIndex((_, i) => i === 0 || bytes >= 1000 * 1024 ** (i - 1));
  return `${Number((bytes / 1024 ** unit).toPrecision(3))} ${UNITS[unit]}B`;
}

/** Hours, minutes, seconds and milliseconds. */
function clockText(nanoseconds: number): string {
  const milliseconds = Math.floor(nanoseconds / 1e6);
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const [seconds, minutes, hours] = [milliseconds / 1000, milliseconds / 60_000, milliseconds / 3_600_000];
  return `${two(hours)}:${two(minutes % 60)}:${two(seconds % 60)}.${String(milliseconds % 1000).padStart(3, '0')}`;
}

function dateText(seconds: number): string {
  const time = new Date(seconds * 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

const columns = (id: string, tag: string, size: string, date: string, clock: string): string =>
  id.padEnd(10) + tag.padEnd(17) + size.padStart(8) + date.padStart(20) + clock.padStart(13);

export const SNAPSHOT_TITLES = `${columns('ID', 'TAG', 'VM SIZE', 'DATE', 'VM CLOCK')}     ICOUNT`;

/** A line of `info snapshots`. */
export const snapshotLine = ({ tag, size, wall, clock }: Snapshot): string =>
  columns('--', tag.padEnd(16).concat(' '), sizeText(size), dateText(wall), clockText(clock)) + ' '.repeat(11);
