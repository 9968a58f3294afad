/**
 * `tools/node test/bench/restore.ts [ROUNDS]`: milliseconds from the start of a process to the answer of the
 * shell in a machine that was saved: by `savevm` (`-loadvm`), and by `migrate` to a file (`-incoming`). And, for
 * comparison, of a process that only says its version. ASSETS_CACHE holds the guest `tiny`, as for the bench of boots.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM } from '../program.ts';

const rounds = Number(process.argv[2] ?? 10);
const guest = join(process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests'), 'guest/tiny-trixie-riscv64');
const directory = mkdtempSync(join(tmpdir(), 'tinamou-restore-'));
const image = join(directory, 'disk');
const saved = join(directory, 'machine');
writeFileSync(image, '');
truncateSync(image, 1 << 20);

const MACHINE = ['-M', 'virt', '-m', '256', '-nographic', '-drive', `file=${image},format=raw,if=virtio`];
const KERNEL = ['-kernel', join(guest, 'kernel'), '-initrd', join(guest, 'initrd')];

/** The monitor behind the serial port, and back. */
const SWITCH = '\x01c';

/** Runs a machine, types what a step says once the text before has come; the milliseconds until each came. */
async function run(
  extra: readonly string[],
  steps: readonly { readonly type: string; readonly until: RegExp }[],
): Promise<number[]> {
  const start = performance.now();
  const child = spawn(SYSTEM, [...MACHINE, ...KERNEL, '-append', 'console=ttyS0 quiet', ...extra]);
  let text = '';
  let changed = (): void => {};
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      changed();
      resolve();
    });
  });
  child.stdout.setEncoding('latin1').on('data', (more: string) => {
    text += more;
    changed();
  });
  child.stderr.pipe(process.stderr);
  const deadline = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const times: number[] = [];
  for (const { type, until } of steps) {
    child.stdin.write(type);
    while (!until.test(text)) {
      if (child.exitCode !== null) throw new Error(`ended before ${until}: ${text}`);
      await new Promise<void>((resolve) => (changed = resolve));
    }
    times.push(performance.now() - start);
    text = '';
  }
  child.kill('SIGKILL');
  clearTimeout(deadline);
  await ended;
  return times;
}

const ANSWERS = { type: 'echo al""ive\n', until: /alive/ };

await run(
  [],
  [
    { type: '', until: /GUEST-READY[^]*# / },
    ANSWERS,
    { type: `${SWITCH}savevm base\nmigrate file:${saved}\ninfo migrate\n`, until: /Migration status: completed/ },
  ],
);

const least = (times: readonly number[]): number => Math.min(...times);
const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!;

const ways: Readonly<Record<string, () => Promise<number>>> = {
  '-loadvm': async () => (await run(['-loadvm', 'base'], [ANSWERS]))[0]!,
  '-incoming': async () => (await run(['-incoming', `file:${saved}`], [ANSWERS]))[0]!,
  '-version': async () => {
    const start = performance.now();
    spawnSync(SYSTEM, ['-version']);
    return performance.now() - start;
  },
};
const times: Record<string, number[]> = {};
for (let i = 0; i < rounds; i++)
  for (const [name, time] of Object.entries(ways)) (times[name] ??= []).push(await time());
for (const [name, all] of Object.entries(times)) {
  console.log(`${name.padEnd(10)} least ${least(all).toFixed(0)} ms, median ${median(all).toFixed(0)} ms`);
}
rmSync(directory, { recursive: true });
