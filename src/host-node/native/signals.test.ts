import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dlopen, getRawPointer } from 'node:ffi';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { ATTENTION } from '../../host/native.ts';
import { NodeNativeSignals } from './signals.ts';
import { firstNativeThread } from './thread.ts';
import { WINDOW } from './window.ts';

const libc = dlopen(null, {
  sigqueue: { arguments: ['int32', 'int32', 'uint64'], return: 'int32' },
  kill: { arguments: ['int32', 'int32'], return: 'int32' },
}).functions;
const fixture = (name: string): string => `${import.meta.dirname}/${name}.fixture.ts`;
const children: ChildProcess[] = [];
after(() => children.forEach((child) => child.kill('SIGKILL')));

function run(name: string, ...args: string[]): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fixture(name), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

/** The program of signals.fixture.ts; `next` is the next line that it says. */
async function program(...args: string[]) {
  const child = run('signals', ...args);
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => (await lines.next()).value as string;
  assert.equal(await next(), 'ready');
  return {
    pid: child.pid!,
    next,
    order: async (line: string) => {
      child.stdin!.write(`${line}\n`);
      assert.equal(await next(), `done ${line}`);
    },
    /** How it ends, because of a line or by itself. */
    last: async (line?: string) => {
      if (line !== undefined) child.stdin!.write(`${line}\n`);
      return once(child, 'exit');
    },
  };
}

test('no wake-up is lost where signals and blocking calls meet', async () => {
  const child = run('storm', '4000', '7');
  const ends = JSON.parse(await text(child.stdout!)) as Record<string, number>;
  assert.equal(ends['taken'], 4000);
  assert.equal(ends['other'], 0);
  assert.ok(ends['during']! > 0);
});

test('a kick ends the blocking call of another thread, or the next one', async () => {
  const child = run('kick', '3000');
  assert.equal(await text(child.stdout!), '3000\n');
});

test('each signal comes with its siginfo, and raises the exit word', async () => {
  const { pid, next, last } = await program();
  for (const signal of [1, 2, 7, 10, 11, 12, 15, 17, 20, 28, 32, 33]) {
    libc.kill(pid, signal);
    assert.equal(await next(), `signal ${signal} info ${signal} code 0 sender ${process.pid} value 0 exit 8`);
  }
  assert.deepEqual(await last('exit 3'), [3, null]);
});

test('a signal for faults that a program sends is noted, a fault is the engine’s or deadly', async () => {
  const trapping = await program();
  process.kill(trapping.pid, 'SIGSEGV');
  assert.match(await trapping.next(), /^signal 11 /);
  // A trap of WebAssembly, by the engine's handler, after that.
  await trapping.order('trap 1');
  assert.deepEqual(await trapping.last('fault 7'), [null, 'SIGBUS']);
  const wild = await program();
  assert.deepEqual(await wild.last('fault 11'), [null, 'SIGSEGV']);
});

test('real-time signals queue in the kernel while they are masked', async () => {
  const { pid, next, order, last } = await program();
  await order(`mask 0x${(1n << 33n).toString(16)}`);
  for (const value of [5n, 6n, 7n]) libc.sigqueue(pid, 34, value);
  libc.sigqueue(pid, 40, 1n);
  assert.match(await next(), /^signal 40 .* value 1 /);
  const taken: string[] = [];
  // The order is told of in between: the signals come with the call that changes the mask.
  const done = last('mask 0').then((exit) => exit);
  while (taken.length < 4) taken.push(await next());
  assert.deepEqual(
    taken.filter((line) => line.startsWith('signal 34')).map((line) => /value (\d)/.exec(line)![1]),
    ['5', '6', '7'],
  );
  libc.kill(pid, 9);
  assert.deepEqual(await done, [null, 'SIGKILL']);
});

test('a signal that another thread of the process got comes to the first, as it was', async () => {
  for (const signal of [12, 11]) {
    const { pid, next, order, last } = await program('loud');
    // The first thread masks it, the engine's do not.
    await order(`mask 0x${(1 << (signal - 1)).toString(16)}`);
    libc.kill(pid, signal);
    const told = last('mask 0');
    const lines = signal === 11 ? [await next()] : [await next(), await next()];
    const expected = `signal ${signal} info ${signal} code 0 sender ${process.pid} value 0 exit 8`;
    assert.ok(lines.includes(expected), lines.join());
    libc.kill(pid, 9);
    assert.deepEqual(await told, [null, 'SIGKILL']);
  }
});

test('a signal that is ignored does nothing, one by default ends the program', async () => {
  const { pid, order, last } = await program();
  await order('ignore 15');
  libc.kill(pid, 15);
  await order('default 12');
  await order('mask 0x2');
  libc.kill(pid, 2);
  await order('ignore 2');
  await order('mask 0');
  libc.kill(pid, 12);
  assert.deepEqual(await last(), [null, 'SIGUSR2']);
});

test('a program that dies of a signal looks so to its parent', async () => {
  for (const name of ['SIGTERM', 'SIGSEGV', 'SIGKILL'] as const) {
    const { last } = await program();
    assert.deepEqual(await last(`die ${constants.signals[name]}`), [null, name]);
  }
});

test('the handler looks at where the program was', { skip: process.arch !== 'x64' }, () => {
  const native = firstNativeThread(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
  const signals = new NodeNativeSignals(native);
  const { library, words, attentionIndex } = native;
  const handler = dlopen('libtinamou-calls.so').lib.getFunction('handler', {
    arguments: ['int32', 'pointer', 'pointer'],
    return: 'void',
  });
  const stack = new BigUint64Array([BigInt(native.window)]);
  const siginfo = new Uint8Array(128).fill(7);
  const ucontext = new DataView(new ArrayBuffer(1024));
  const at = (label: string): number => Number(library.address(label));
  const interruptedAt = (pc: number, signal: number): number => {
    ucontext.setBigUint64(16, getRawPointer(stack), true);
    ucontext.setBigUint64(168, BigInt(pc), true);
    ucontext.setBigUint64(296, 5n, true);
    handler(signal, getRawPointer(siginfo), getRawPointer(ucontext.buffer));
    return Number(ucontext.getBigUint64(168, true));
  };
  for (let pc = at('call'); pc <= at('handler'); pc++) {
    const inside = pc >= at('look') && pc < at('after');
    assert.equal(interruptedAt(pc, 64), inside ? at('before') : pc);
    assert.equal(words[attentionIndex], ATTENTION.KICK);
    assert.equal(signals.take(), 0);
    signals.endKick();
    assert.equal(words[attentionIndex], 0);
  }
  assert.equal(ucontext.getBigUint64(296, true), 5n, 'a kick leaves the mask');
  assert.equal(interruptedAt(at('look'), 12), at('before'));
  assert.equal(ucontext.getBigUint64(296, true), BigInt.asUintN(62, ~0x4d8n));
  assert.equal(words[WINDOW.OLD_MASK / 4], 5);
  assert.equal(signals.take(), 12);
  assert.equal(signals.siginfo.getInt32(124, true), 0x07070707);
});
