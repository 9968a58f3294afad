/**
 * What a second busy CPU is worth: instructions retired a second by one and by two of them, on a machine with
 * two CPUs and on one with one. The host should have nothing else to do; where it has, instructions for each second
 * that the host gave to the threads tell whether CPUs are in each other's way (Linux says how much that was).
 *
 *     npm run bench:smp [-- --seconds N --rounds N --cpus N]
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { nodeHost } from '../../src/host-node/host.ts';
import { nodeThreads } from '../../src/host-node/threads.ts';
import { virtMachine } from '../../src/vm/virt-machine.ts';
import { buildSmpProgram } from '../peer/smp/build.ts';
import { temporaryDirectory } from './kernel-program.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    cpus: { type: 'string', default: '2' },
  },
});
const [seconds, rounds, cpus] = [values.seconds, values.rounds, values.cpus].map(Number) as [number, number, number];
/** What two CPUs are worth at least. */
const BAR = 1.8;

const directory = temporaryDirectory();
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Rate {
  readonly perSecond: number;
  /** For each second of the threads' time; NaN if the host does not say. */
  readonly perCpuSecond: number;
}

/** Seconds that the host gave to a thread. */
function cpuSeconds(thread: number | undefined): number {
  try {
    const text = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8');
    // Behind the name, which may hold anything: of the fields from the third on, user and system time in hundredths.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

/** What a machine with `count` CPUs of which `busy` are busy retires, once translated. */
async function rate(count: number, busy: number): Promise<Rate> {
  const kernel = readFileSync(buildSmpProgram('busy', busy, directory));
  const machine = await virtMachine({ kernel, cpus: count, threads: nodeThreads }, nodeHost);
  machine.cont();
  await pause(2000);
  const retired = (): number => machine.core.vcpus.reduce((sum, { counters }) => sum + counters.get('instructions'), 0);
  const given = (): number => machine.core.vcpus.reduce((sum, _, vcpu) => sum + cpuSeconds(machine.threadOf(vcpu)), 0);
  const [before, start, givenBefore] = [retired(), performance.now(), given()];
  await pause(seconds * 1000);
  const instructions = retired() - before;
  const result = {
    perSecond: instructions / ((performance.now() - start) / 1000),
    perCpuSecond: instructions / (given() - givenBefore),
  };
  machine.quit();
  await machine.ended;
  return result;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!;
const mips = (perSecond: number): string => `${(perSecond / 1e6).toFixed(0)} MIPS`.padStart(10);

const cases = { 'one CPU': [1, 1], 'one of them busy': [cpus, 1], 'all of them busy': [cpus, cpus] } as const;
const measured = new Map<string, Rate[]>(Object.keys(cases).map((name) => [name, []]));
console.log(`${cpus} CPUs on a host with ${availableParallelism()}; ${rounds} rounds of ${seconds} s, in alternation`);
for (let round = 0; round < rounds; round++) {
  for (const [name, [count, busy]] of Object.entries(cases)) measured.get(name)!.push(await rate(count, busy));
}
for (const [name, rates] of measured) {
  const each = rates.map(({ perSecond }) => mips(perSecond).trim()).join(', ');
  console.log(`${name.padEnd(18)} ${mips(median(rates.map(({ perSecond }) => perSecond)))}   (${each})`);
}

/** What all retire by what one retires, round by round. */
const ratio = (of: keyof Rate): string =>
  median(
    measured.get('all of them busy')!.map((all, i) => all[of] / measured.get('one of them busy')![i]![of]),
  ).toFixed(2);
console.log(`all of them retire ${ratio('perSecond')} times one's instructions a second (bar for two: ${BAR}),`);
console.log(`and for each second of the host's CPUs ${ratio('perCpuSecond')} times as many`);
