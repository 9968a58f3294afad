import assert from 'node:assert/strict';
import { differences, type Checkpoint } from './checkpoint.ts';
import { runEngine, type EngineRun, type EngineTask } from './engine-run.ts';

/** Checkpoints between which a difference is looked for at a time. */
const PARTS = 100;
/** Pieces of RAM that a message names. */
const NAMED = 4;

/** Marks from behind `from` up to `to`. */
export function marksEvery(step: number, from: number, to: number): number[] {
  const count = Math.ceil((to - from) / step);
  return Array.from({ length: count }, (_, i) => Math.min(to, from + (i + 1) * step));
}

/** Fails unless two runs of the same boot came to the same; finds the instruction where they part. */
export async function assertAgreement(
  expected: { readonly task: EngineTask; readonly run: EngineRun },
  actual: { readonly task: EngineTask; readonly run: EngineRun },
): Promise<void> {
  const at = firstDifference(expected.run, actual.run);
  if (at >= 0) assert.fail(await explain(expected.task, actual.task, at));
  assert.equal(actual.run.console, expected.run.console);
  const pieces = expected.run.ram.flatMap((hash, i) => (hash === actual.run.ram[i] ? [] : [i]));
  const places = pieces.slice(0, NAMED).map((i) => `0x${(0x8000_0000 + i * 0x1_0000).toString(16)}`);
  assert.equal(pieces.length, 0, `registers are the same, RAM is not, in 64 KiB at ${places.join(', ')}`);
}

const firstDifference = (expected: EngineRun, actual: EngineRun): number =>
  expected.checkpoints.findIndex((checkpoint, i) => differences(checkpoint, actual.checkpoints[i]!).length > 0);

/** Runs both again, with ever closer marks, until one instruction is left between two of them. */
async function explain(expected: EngineTask, actual: EngineTask, at: number): Promise<string> {
  let marks = expected.marks;
  let first = at;
  const start = expected.image?.retired ?? 0;
  for (let agreed = false; !agreed;) {
    const from = first === 0 ? start : marks[first - 1]!;
    const to = marks[first]!;
    agreed = to - from === 1;
    marks = [...(from === start ? [] : [from]), ...marksEvery(Math.ceil((to - from) / PARTS), from, to)];
    const [one, other] = await Promise.all([runEngine({ ...expected, marks }), runEngine({ ...actual, marks })]);
    first = firstDifference(one, other);
    if (first < 0)
      return `${actual.tier} differs at ${to} instructions, unless it is looked at on the way from ${from}`;
    if (agreed)
      return report(actual.tier, one.checkpoints[first - 1], one.checkpoints[first]!, other.checkpoints[first]!);
  }
  throw new Error('unreachable');
}

function report(tier: string, before: Checkpoint | undefined, expected: Checkpoint, actual: Checkpoint): string {
  const where = before === undefined ? 'the first instruction' : `the instruction at ${before.hart['pc']}`;
  const lines = differences(expected, actual);
  return [`${tier}: ${where}, number ${expected.retired}, leaves other registers`, ...lines].join('\n  ');
}
