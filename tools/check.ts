/** Every check that needs no built product and no other program, with its time: `npm run check`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const CHECKS: Readonly<Record<string, string>> = {
  'unit tests': 'npm run --silent test:unit',
  types: 'npm run --silent types',
  lint: 'npm run --silent lint',
  format: 'node_modules/.bin/oxfmt --check .',
  'browser bundle': 'npm run --silent bundle',
};

/** Two at a time: one would leave a core idle, more only wait for each other. */
const WIDTH = 2;

async function run(name: string, command: string): Promise<boolean> {
  const start = performance.now();
  const child = spawn('sh', ['-c', `${command} 2>&1`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const ok = status === 0;
  // A passing check says how much it looked at in its last lines.
  const shown = ok
    ? output
        .trimEnd()
        .split('\n')
        .filter((line) => /^ℹ (tests|pass|fail|skipped)|bundle for|^Finished/.test(line))
        .join(', ')
    : `\n${output}`;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds} s) ${shown}`);
  return ok;
}

const waiting = Object.entries(CHECKS);
let failed = 0;
await Promise.all(
  Array.from({ length: WIDTH }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) if (!(await run(...next))) failed += 1;
  }),
);
process.exitCode = failed === 0 ? 0 : 1;
