/** The machine in a browser: Debian's Chromium, headless, on pages that this test serves. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { serve, type Served } from '../../examples/web/serve.ts';
import type * as Tinamou from '../../src/web/index.ts';

type Library = typeof Tinamou;

const ROOT = join(import.meta.dirname, '../..');
const CHROMIUM = '/usr/bin/chromium';
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const QUIET = ['--disable-component-update', '--disable-sync'];
/** What the page's own thread may be held up, on a machine with other work. */
const HICCUP_MS = 500;

const directory = mkdtempSync(join(tmpdir(), 'tinamou-web-'));
const site = join(directory, 'site');
let program: Buffer;
let served: Served;
let browser: BrowserContext;
const complaints: string[] = [];

before(async () => {
  assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing; install it with: apt-get install chromium`);
  const elf = join(directory, 'echo');
  const link = '-Wl,--nmagic,--no-warn-rwx-segments,--build-id=none,-Ttext=0x80000000';
  const source = join(import.meta.dirname, 'web/echo.S');
  execFileSync('riscv64-linux-gnu-gcc', [
    '-nostdlib',
    '-static',
    '-march=rv64g',
    '-mabi=lp64d',
    link,
    '-o',
    elf,
    source,
  ]);
  program = readFileSync(elf);
  execFileSync('npm', ['run', '--silent', 'bundle', '--', '--out', site], { cwd: ROOT });
  served = await serve(site);
  browser = await chromium.launchPersistentContext(join(directory, 'profile'), {
    executablePath: CHROMIUM,
    headless: true,
    args: [...FLAGS, ...QUIET],
  });
  browser.on('weberror', (error) => void complaints.push(String(error.error())));
  browser.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});

after(async () => {
  await browser?.close();
  served?.server.close();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<Page> {
  complaints.length = 0;
  const page = await browser.newPage();
  await page.goto(served.url);
  return page;
}

/** Runs in the page. */
async function drive([base64, library, hiccup]: readonly [string, string, number]): Promise<Seen> {
  const { createMachine } = (await import(library)) as Library;
  const kernel = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const machine = await createMachine({ bios: 'none', kernel, memory: 2 ** 25 });

  let text = '';
  let seen = (): void => {};
  const printed = (async () => {
    const decoder = new TextDecoder();
    for await (const bytes of machine.console.readable) {
      text += decoder.decode(bytes);
      seen();
    }
  })();
  const until = async (part: string): Promise<void> => {
    while (!text.includes(part)) {
      await new Promise<void>((resolve) => {
        seen = resolve;
      });
    }
  };
  const keyboard = machine.console.writable.getWriter();
  const type = (keys: string): Promise<void> => keyboard.write(new TextEncoder().encode(keys));
  const retired = (): number => Number(machine.statistics()['tcg']?.['instructions']);
  const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

  const before = retired();
  machine.start();
  await until('ready\n');

  // The guest spins; nobody else is held up by it.
  const first = retired();
  let beats = 0;
  let longest = 0;
  for (let last = performance.now(), end = last + 2 * hiccup; last < end; beats++) {
    await pause(5);
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  const spun = retired() - first;

  await type('a');
  await until(', a\n');
  await type('bc');
  await until(', c\n');

  await machine.stop();
  const { state } = machine;
  const stopped = retired();
  await pause(50);
  const moved = retired() - stopped;
  const registers = (await machine.registers()).join('\n');
  machine.start();
  // Back from its last answer, it counts on.
  while (retired() === stopped) await pause(5);
  await type('q');
  const { cause, code } = await machine.ended;
  await printed;
  const isolated = crossOriginIsolated;
  return { isolated, before, beats, longest, spun, state, moved, registers, text, cause, code };
}

interface Seen {
  readonly isolated: boolean;
  /** Instructions before the start, while the page counted its beats, and while the machine was stopped. */
  readonly before: number;
  readonly spun: number;
  readonly moved: number;
  readonly beats: number;
  /** Between two beats, in ms. */
  readonly longest: number;
  readonly state: string;
  readonly registers: string;
  readonly text: string;
  readonly cause: string;
  readonly code: number;
}

test('a program prints, spins, and answers interrupts, while the page stays free', { timeout: 60_000 }, async () => {
  const page = await open();
  const seen = await page.evaluate(drive, [program.toString('base64'), `${served.url}tinamou.js`, HICCUP_MS] as const);
  assert.equal(seen.isolated, true);
  // Keys that follow close upon each other may be answered without going back to the count.
  assert.match(seen.text, /^ready\ncounted, a\n(counted|stuck), b\n(counted|stuck), c\ncounted, q\n$/);
  assert.equal(seen.before, 0);
  assert.ok(seen.spun > 1_000_000, `${seen.spun} instructions while the page counted ${seen.beats} beats`);
  assert.ok(seen.longest < HICCUP_MS, `the page stood still for ${seen.longest} ms`);
  assert.equal(seen.state, 'paused');
  assert.equal(seen.moved, 0, 'a stopped machine runs nothing');
  assert.match(seen.registers, /^ pc +[0-9a-f]{16}/m);
  assert.deepEqual([seen.cause, seen.code], ['guest-shutdown', 7]);
  assert.deepEqual(complaints, []);
  await page.close();
});

test('the page of the example: start, type, quit, start again', { timeout: 60_000 }, async () => {
  const page = await open();
  await page.setInputFiles('#kernel', { name: 'echo', mimeType: 'application/octet-stream', buffer: program });
  await page.selectOption('#firmware', 'none');
  const screen = page.locator('#console');
  const shows = (text: string): Promise<unknown> =>
    page.waitForFunction((part) => document.querySelector('textarea')!.value.includes(part), text);
  for (const key of ['x', 'y']) {
    await page.click('#start');
    await shows('ready\n');
    await screen.press(key);
    await shows(`, ${key}\n`);
    await page.waitForFunction(() => /^running, [1-9]/.test(document.querySelector('#status')!.textContent));
    await page.click('#quit');
    await page.waitForFunction(() => document.querySelector('#status')!.textContent.startsWith('shutdown'));
  }
  assert.match(await screen.inputValue(), /^ready\n(counted|stuck), y\n$/);
  assert.deepEqual(complaints, []);
  await page.close();
});

test('what cannot run is refused with a reason', { timeout: 30_000 }, async () => {
  const page = await open();
  const library = `${served.url}tinamou.js`;
  const refusal = (code: string): Promise<string> =>
    page.evaluate(
      async ([from, options]) => {
        const { createMachine } = (await import(from)) as Library;
        return createMachine(JSON.parse(options)).then(
          () => 'made',
          (error: unknown) => String(error),
        );
      },
      [library, code] as const,
    );
  assert.match(await refusal('{"memory": 17179869184}'), /MiB, more than/);
  assert.match(await refusal('{"cpu": "rv64,v=on"}'), /not implemented/);
  await page.close();
});

test('a thread that cannot be loaded ends the machine with the reason', { timeout: 30_000 }, async () => {
  const page = await open();
  await page.route('**/vcpu-thread.js', (route) => route.abort());
  const reason = await page.evaluate(async (library) => {
    const { createMachine } = (await import(library)) as Library;
    const machine = await createMachine({ bios: 'none' });
    machine.start();
    return machine.ended.then(
      () => 'ended',
      (error: unknown) => String(error),
    );
  }, `${served.url}tinamou.js`);
  assert.match(reason, /vcpu0 died: .*vcpu-thread\.js cannot be loaded/);
  await page.close();
});
