/**
 * `tools/node test/bench/polling.ts [PAIRS]`: how much a program that only counts is slowed when its
 * statistics are read 1,000 times a second. Instructions are set against the CPU time of the vCPU's
 * thread, so that what else the host does matters less. Rounds with and without reading are short and take turns,
 * each first in every other pair, so that what changes slowly meets both; the interval that is told holds the
 * median with a probability of 95 %, whatever the noise is like.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { QmpClient } from '../../src/cli/top/qmp-client.ts';
import { SYSTEM } from '../program.ts';

const ROUND_MS = 400;
const pairs = Number(process.argv[2] ?? 100);
const directory = mkdtempSync(join(tmpdir(), 'tinamou-polling-'));
const socket = join(directory, 'qmp');
const program = join(directory, 'count');
// addi t0, t0, 1; j -4
writeFileSync(program, new Uint8Array(Uint32Array.of(0x00128293, 0xffdff06f).buffer));
const machine = ['-M', 'virt', '-m', '16', '-bios', 'none', '-kernel', program, '-display', 'none', '-nodefaults'];
const child = spawn(SYSTEM, [...machine, '-qmp', `unix:${socket},server=on,wait=off`], { stdio: 'inherit' });
while (!existsSync(socket)) await sleep(50);
const client = await QmpClient.connect(socket);

/** Nanoseconds on a CPU of the thread that had most: the vCPU's. */
const cpuTime = (): number =>
  Math.max(
    ...readdirSync(`/proc/${child.pid}/task`).map((task) =>
      Number(readFileSync(`/proc/${child.pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    ),
  );

async function retired(): Promise<number> {
  const filter = { target: 'vm', providers: [{ provider: 'tcg', names: ['instructions'] }] };
  const [result] = (await client.run('query-stats', filter)) as unknown as { stats: { value: number }[] }[];
  return result!.stats[0]!.value;
}

/** Million instructions in a second of CPU time, and how often was read in a second. */
async function round(polls: boolean): Promise<{ mips: number; reads: number }> {
  const [before, began, start] = [await retired(), cpuTime(), performance.now()];
  let reads = 0;
  while (performance.now() - start < ROUND_MS) {
    const due = polls ? Math.floor(performance.now() - start) : 0;
    const asked = Array.from({ length: due - reads }, () => client.run('query-stats', { target: 'vcpu' }));
    reads = Math.max(reads, due);
    await Promise.all(asked);
    await sleep(5);
  }
  const seconds = (performance.now() - start) / 1000;
  return { mips: ((await retired()) - before) / ((cpuTime() - began) / 1000), reads: reads / seconds };
}

for (let i = 0; i < 5; i++) await round(i % 2 === 0);
const slower: number[] = [];
let reads = 0;
for (let i = 0; i < pairs; i++) {
  const first = await round(i % 2 === 0);
  const second = await round(i % 2 !== 0);
  const [polled, alone] = i % 2 === 0 ? [first, second] : [second, first];
  slower.push(100 * (1 - polled.mips / alone.mips));
  reads += polled.reads / pairs;
}
slower.sort((a, b) => a - b);
const at = (rank: number): string => slower[Math.min(pairs - 1, Math.max(0, Math.round(rank)))]!.toFixed(2);
// Ranks of the median's interval: a binomial distribution, as the normal one that it is near to.
const spread = 0.98 * Math.sqrt(pairs);
process.stdout.write(
  `slower by ${at((pairs - 1) / 2)} %, in ${at(pairs / 2 - spread)} to ${at(pairs / 2 + spread)} (${pairs} pairs, read ${reads.toFixed(0)} times a second)\n`,
);
await client.run('quit');
client[Symbol.dispose]();
rmSync(directory, { recursive: true });
