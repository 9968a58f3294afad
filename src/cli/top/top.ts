/** `tinamou top SOCKET`: what a machine does, looked at every second. */
import { setTimeout as sleep } from 'node:timers/promises';
import { frame } from './frame.ts';
import { QmpClient } from './qmp-client.ts';
import { readElements, readSample } from './sample.ts';

export interface TopOptions {
  /** Seconds between two looks. */
  readonly every: number;
  /** Frames after which it ends; none: when it is interrupted, or the machine is gone. */
  readonly count: number | undefined;
}

const HOME_AND_CLEAR = '\x1b[H\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** Shows frames one over the other on a terminal, and one after the other elsewhere. */
export async function top(where: string, { every, count }: TopOptions, output: NodeJS.WriteStream): Promise<void> {
  using client = await QmpClient.connect(where);
  const elements = await readElements(client);
  const now = (): number => performance.now() / 1000;
  const { isTTY } = output;
  const restore = (): void => void output.write(SHOW_CURSOR);
  if (isTTY) {
    output.write(HIDE_CURSOR);
    process.once('exit', restore);
    process.once('SIGINT', () => process.exit(130));
  }
  let before = await readSample(client, now);
  for (let shown = 0; count === undefined || shown < count; shown++) {
    await sleep(every * 1000);
    const after = await readSample(client, now);
    const lines = frame(before, after, elements);
    const visible = isTTY ? lines.slice(0, output.rows - 1) : lines;
    output.write(`${isTTY ? HOME_AND_CLEAR : ''}${visible.join('\n')}\n`);
    before = after;
  }
}
