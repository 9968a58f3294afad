/** One deterministic run saved at many instants, and each of them gone on with in a process of its own. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '../src/host/seeded-random.ts';
import { CountedRun } from './counted-run.ts';

export interface SavedInstants {
  /** Where files are made. */
  readonly directory: string;
  /** Options of the machine, which switches itself off. */
  readonly args: readonly string[];
  readonly ramBytes: number;
  readonly instants: number;
}

/** All of them come to the end of the run that was never saved: its console, and its RAM to the bit. */
export async function assertSameEnd({ directory, args, ramBytes, instants }: SavedInstants): Promise<void> {
  const start = (): Promise<CountedRun> => CountedRun.start(directory, args);
  await using whole = await start();
  await whole.switchedOff();
  const end = await whole.outcome(ramBytes);
  await whole.quit();

  await using saving = await start();
  const random = new SeededRandom(43n);
  const positions = Array.from({ length: instants }, () => random.next() % end.console.length).sort((a, b) => a - b);
  const files: string[] = [];
  for (const [index, position] of positions.entries()) {
    // Where that is to the instruction is as it happens: the monitor's word comes when it comes.
    await saving.until(() => saving.console.length >= position, `${position} characters`);
    const file = join(directory, `saved${index}`);
    await saving.qmp('migrate', { uri: `file:${file}` });
    await saving.event('STOP');
    for (let status = ''; status !== 'completed';) {
      ({ status } = (await saving.qmp('query-migrate')) as { status: string });
      assert.notEqual(status, 'failed');
    }
    files.push(file);
    await saving.qmp('cont');
  }
  await saving.switchedOff();
  assert.deepEqual(await saving.outcome(ramBytes), end);
  await saving.quit();

  for (const [index, file] of files.entries()) {
    await using later = await CountedRun.paused(directory, [...args, '-incoming', `file:${file}`]);
    for (let status = ''; status !== 'paused';) {
      ({ status } = (await later.qmp('query-status')) as { status: string });
    }
    await later.qmp('cont');
    await later.switchedOff();
    const { ram, console } = await later.outcome(ramBytes);
    await later.quit();
    assert.equal(ram, end.ram, `RAM of ${file}`);
    assert.ok(end.console.endsWith(console), `console of ${file}: ${console.slice(0, 200)}`);
    // What had been printed before is not printed again.
    assert.ok(end.console.length - console.length >= positions[index]!, `length of ${file}`);
    rmSync(file);
  }
}
