/** A progress bar on a terminal; one line a stage where there is none. */
import type { Report } from './source.ts';

const WIDTH = 30;

export type Progress = { report: Report; done: () => void };

export function progressOn(stream: NodeJS.WriteStream): Progress {
  let stage = '';
  const live = stream.isTTY;
  const endLine = () => {
    if (live && stage !== '') stream.write('\n');
  };
  return {
    report(next, fraction) {
      if (next !== stage) {
        endLine();
        if (!live) stream.write(`${next}\n`);
      }
      stage = next;
      if (live) stream.write(`\r${bar(fraction)} ${next}\x1b[K`);
    },
    done() {
      endLine();
      stage = '';
    },
  };
}

export function bar(fraction: number): string {
  const part = Math.min(1, Math.max(0, fraction));
  const full = Math.round(part * WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${`${Math.round(part * 100)}`.padStart(3)} %`;
}
