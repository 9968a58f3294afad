/** Resets: machines begin anew with their files as they are then, whatever else is asked of them meanwhile. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, after, test } from 'node:test';
import { UserError } from '../src/base/errors.ts';
import type { BootFile } from '../src/board/site.ts';
import { Console } from '../src/char/console.ts';
import { nodeHost } from '../src/host-node/host.ts';
import { nodeThreads } from '../src/host-node/threads.ts';
import { Machine } from '../src/vm/machine.ts';
import { virtMachine } from '../src/vm/virt-machine.ts';
import { MachineProcess } from './machine-process.ts';
import { Assembler } from './translator/assembler.ts';

const SRC = join(import.meta.dirname, '../src');
const RAM = 0x8000_0000;
const UART = 0x1000_0000;
const FINISHER = 0x10_0000;
const RESET = 0x7777;
const [A0, A1] = [10, 11] as const;

const directory = mkdtempSync(join(tmpdir(), 'tinamou-reset-'));
after(() => rmSync(directory, { recursive: true }));

/** A Linux Image that prints a letter, and then does nothing, or resets the machine. */
function image(letter: string, resets: boolean, length = 1 << 20): Uint8Array {
  const a = new Assembler(RAM);
  a.j('code');
  a.at(RAM + 64).label('code');
  a.li(A0, UART).li(A1, letter.charCodeAt(0)).op('sb', { rs1: A0, rs2: A1 });
  if (resets) a.li(A0, FINISHER).li(A1, RESET).op('sw', { rs1: A0, rs2: A1 });
  a.label('end').j('end');
  const bytes = new Uint8Array(length);
  bytes.set(a.finish());
  // The header, behind the jump.
  bytes.fill(0, 4, 64);
  bytes.set(new TextEncoder().encode('RSC\x05'), 56);
  return bytes;
}

const kernel = join(directory, 'kernel');
const initrd = join(directory, 'initrd');
const ARGS = ['-bios', 'none', '-kernel', kernel, '-initrd', initrd];
/** As installers do: whoever reads the old one is not disturbed. */
function install(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

test('a reset reads kernel and initrd as they are then; without them there is none', async () => {
  install(kernel, image('a', false));
  install(initrd, new Uint8Array(2 << 20).fill(0x61));
  const serial = join(directory, 'serial');
  writeFileSync(serial, '');
  await using machine = new MachineProcess(ARGS, serial);
  const initrdByte = async (): Promise<string> => (await machine.type('xp /1bx 0x84000000')).trim();
  await machine.until(() => machine.printed === 'a', 'a');
  assert.match(await initrdByte(), /0x61$/);
  install(kernel, image('b', false, 3 << 20));
  install(initrd, new Uint8Array(1 << 20).fill(0x62));
  await machine.run('system_reset');
  await machine.until(() => machine.printed === 'ab', 'ab');
  assert.match(await initrdByte(), /0x62$/);
  rmSync(initrd);
  assert.match(
    JSON.stringify(await machine.ask('system_reset')),
    /"desc":"-initrd: cannot open '.*initrd': no such file/,
  );
  assert.equal(await machine.status(), 'running');
  install(kernel, image('c', false));
  install(initrd, Uint8Array.of(0x63));
  await machine.run('system_reset');
  await machine.until(() => machine.printed === 'abc', 'abc');
  assert.match(await initrdByte(), /0x63$/);
  assert.equal(await machine.quit(), 0);
  assert.equal(machine.stderr, '');
});

test('a guest that resets itself without its files ends the machine in one line', async () => {
  install(kernel, image('a', true));
  install(initrd, new Uint8Array(1 << 20));
  const serial = join(directory, 'serial');
  await using machine = new MachineProcess([...ARGS, '-S'], serial);
  assert.equal(await machine.status(), 'prelaunch');
  rmSync(kernel);
  void machine.ask('cont');
  assert.equal(await machine.ended(), 1);
  assert.match(machine.stderr, /^tinamou-system-riscv64: -kernel: cannot open '.*kernel': no such file[^\n]*\n$/);
  assert.equal(machine.printed, 'a');
});

const made: Machine[] = [];
afterEach(() => {
  for (const machine of made.splice(0)) machine.quit();
});

/** A machine whose files come when they are let. */
class Gated {
  readonly serial = new Console();
  readonly events: string[] = [];
  reads = 0;
  machine!: Machine;
  #gate: Promise<void> = Promise.resolve();
  #open = (): void => {};

  static async create(threads: boolean): Promise<Gated> {
    const gated = new Gated();
    // Only for its configuration.
    const like = await virtMachine({ memory: 16 << 20, bios: 'none', serial: new Console() }, nodeHost);
    like.quit();
    const files = () => ({ bios: 'none' as const, kernel: gated.#kernel() });
    const { config } = like;
    gated.machine = await Machine.create(
      {
        config,
        files: files(),
        readAgain: async () => files(),
        chars: new Map([['serial0', gated.serial]]),
        ...(threads && { threads: nodeThreads }),
      },
      nodeHost,
    );
    made.push(gated.machine);
    gated.machine.subscribe(({ name }) => gated.events.push(name));
    return gated;
  }

  #kernel(): BootFile {
    const whole = image('x', false);
    const bytes = new Uint8Array(whole.length);
    bytes.set(whole.subarray(0, 64));
    const readInto = async (into: Uint8Array): Promise<void> => {
      this.reads++;
      await this.#gate;
      into.set(whole);
    };
    return { name: 'k', bytes, readInto };
  }

  shut(): void {
    this.#gate = new Promise((resolve, reject) => {
      this.#open = resolve;
      this.refuse = reject;
    });
  }
  open(): void {
    this.#open();
  }
  refuse: (error: Error) => void = () => {};

  /** Resolves once so many reads have begun. */
  async reading(count: number): Promise<void> {
    while (this.reads < count) await new Promise((resolve) => setImmediate(resolve));
  }
  async prints(text: string): Promise<void> {
    await this.serial.waitFor(new RegExp(`^${text}$`), 30, nodeHost.timers);
  }
}

test('a machine whose files go while it is made is not made, and leaves nothing behind', () => {
  const script = `
    import { Machine } from '${SRC}/vm/machine.ts';
    import { virtMachine } from '${SRC}/vm/virt-machine.ts';
    import { nodeHost } from '${SRC}/host-node/host.ts';
    import { nodeThreads } from '${SRC}/host-node/threads.ts';
    const { config } = await virtMachine({ bios: 'none' }, nodeHost);
    const kernel = { name: 'k', bytes: new Uint8Array(64), readInto: async () => { throw new Error('gone'); } };
    await Machine.create({ config, files: { bios: 'none', kernel }, threads: nodeThreads }, nodeHost).catch((error) =>
      console.log(error.message));`;
  const file = join(directory, 'script.mjs');
  writeFileSync(file, script);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', timeout: 30_000 });
  assert.deepEqual([stdout, stderr, status], ['gone\n', '', 0]);
});

for (const threads of [false, true]) {
  const where = threads ? 'on threads' : 'on the calling thread';

  test(`nothing runs before its files are there, ${where}`, async () => {
    const gated = await Gated.create(threads);
    const { machine, events } = gated;
    machine.cont();
    await gated.prints('x');
    await machine.stop();
    gated.shut();
    const reset = machine.reset();
    await gated.reading(2);
    machine.cont();
    const stepped = machine.step({ runsTimers: false, takesInterrupts: false });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(gated.serial.text, 'x');
    assert.deepEqual(events, ['RESUME', 'STOP', 'RESUME']);
    gated.open();
    await reset;
    // It runs, so no step is made.
    await stepped;
    await gated.prints('xx');
    assert.equal(machine.state, 'running');
    assert.deepEqual(events, ['RESUME', 'STOP', 'RESUME', 'RESET']);
  });

  test(`one that is stopped while it is reset stays so, ${where}`, async () => {
    const gated = await Gated.create(threads);
    const { machine } = gated;
    machine.cont();
    await gated.prints('x');
    gated.shut();
    const reset = machine.reset();
    await gated.reading(2);
    await machine.stop();
    assert.equal(machine.state, 'paused');
    const held = machine.hold('save-vm');
    gated.open();
    await reset;
    assert.equal(await held, 'prelaunch');
    machine.release('prelaunch');
    assert.equal(gated.serial.text, 'x');
    machine.cont();
    await gated.prints('xx');
  });

  test(`resets come one after the other, ${where}`, async () => {
    const gated = await Gated.create(threads);
    const { machine, events } = gated;
    machine.cont();
    await gated.prints('x');
    gated.shut();
    const resets = [machine.reset(), machine.reset()];
    await gated.reading(2);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(gated.reads, 2);
    gated.open();
    await Promise.all(resets);
    assert.equal(gated.reads, 3);
    await gated.prints('xx');
    assert.deepEqual(events, ['RESUME', 'RESET', 'RESET']);
  });

  test(`one that ends while it is reset ends, ${where}`, async () => {
    const gated = await Gated.create(threads);
    const { machine, events } = gated;
    machine.cont();
    await gated.prints('x');
    gated.shut();
    const resets = [machine.reset(), machine.reset()];
    await gated.reading(2);
    machine.quit();
    assert.equal((await machine.ended).cause, 'host-qmp-quit');
    gated.open();
    await Promise.all(resets);
    assert.equal(machine.state, 'shutdown');
    assert.deepEqual(events, ['RESUME', 'SHUTDOWN']);
  });

  test(`one whose memory is half loaded never runs again, ${where}`, async () => {
    const gated = await Gated.create(threads);
    const { machine } = gated;
    machine.cont();
    await gated.prints('x');
    gated.shut();
    const reset = machine.reset();
    await gated.reading(2);
    gated.refuse(new UserError('cut short'));
    await assert.rejects(reset, { message: 'cut short' });
    await assert.rejects(machine.ended, { message: 'cut short' });
    assert.equal(machine.state, 'internal-error');
    assert.equal(gated.serial.text, 'x');
  });
}
