import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

/** Runs a scenario of fork.fixture.ts with the programs' own flags of the engine, whatever the test's are. */
async function scenario(name: string, rounds = 0): Promise<void> {
  const node = `${import.meta.dirname}/../../../tools/node`;
  const child = spawn(node, [`${import.meta.dirname}/fork.fixture.ts`, name, String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Its whole group can be ended, copies included.
    detached: true,
  });
  const end = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  const patience = setTimeout(end, 60_000);
  const output = await text(child.stdout);
  clearTimeout(patience);
  end();
  assert.equal(output, `${name} 0\n`);
}

test('a copy has its own memory', () => scenario('memory'));
test('a process is copied again and again while the engine compiles and collects', () => scenario('many', 10));
test('copies compile, collect and are copied', () => scenario('busy', 2));
test('copies of a process with workers do so, too', () => scenario('crowd', 2));
test('a thread that never returns to its event loop starts workers, in a copy too', () => scenario('workers'));
test('a worker is copied into a process that starts workers', () => scenario('forkingWorker'));
