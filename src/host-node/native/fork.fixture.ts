/**
 * A program for fork.test.ts. argv: which scenario, and how often. What it finds it prints; each process ends with a status
 * that its parent looks at.
 */
import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import type { NativeShare } from '../../host/native.ts';
import { NodeNativeFork } from './fork.ts';
import { NodeNativeSignals } from './signals.ts';
import { firstNativeThread, furtherNativeThread } from './thread.ts';

const SIGCHLD = 17;
/** Words of the memory: a child's status, how many workers have started, what they are told, how they answer. */
const STATUS = 16;
const STARTED = 17;
const ORDER = 18;
const ANSWER = 19;

type Given = { share: NativeShare; slot: number; scenario: string };
const given = workerData as Given | null;
const memory = given?.share.memory ?? new WebAssembly.Memory({ initial: 1, maximum: 16, shared: true });
const words = new Int32Array(memory.buffer);
const native = given === null ? firstNativeThread(memory) : furtherNativeThread(given.share, given.slot);
const signals = new NodeNativeSignals(native);
const processes = new NodeNativeFork(native, signals);
const [scenario, rounds] = [given?.scenario ?? process.argv[2]!, Number(process.argv[3])];

/** A module that counts down from its argument, and adds `step` (below 64) at each. */
function countdown(step: number): (n: number) => number {
  const body = [1, 1, 0x7f, 3, 0x40, 0x20, 1, 0x41, step % 64, 0x6a, 0x21, 1];
  body.push(0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b, 0x20, 1, 0x0b);
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0];
  const bytes = new Uint8Array([...head, 10, body.length + 2, 1, body.length, ...body]);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports['f'] as (n: number) => number;
}

/** Compiles, warms up what it compiled, and leaves garbage. */
function work(seed: number): void {
  const count = countdown(seed);
  for (let i = 0; i < 60; i++) if (count(20_000) !== (seed % 64) * 20_000) signals.exit(90);
  const garbage: object[] = [];
  for (let i = 0; i < 20_000; i++) garbage.push({ i, text: `x${i}`, bytes: i % 100 === 0 ? new Uint8Array(1000) : i });
}

/** Lets a copy do `body`, and returns its status: 0 to 255. */
function statusOf(body: () => number): number {
  const child = processes.fork(SIGCHLD);
  if (child === 0) signals.exit(body());
  native.int(0, child);
  native.at(1, STATUS * 4);
  native.int(2, 0);
  native.int(3, 0);
  if (child < 0 || native.call(native.numbers.wait4) !== child) signals.exit(91);
  return words[STATUS]! % 256 === 0 ? words[STATUS]! >> 8 : 92;
}

function startWorker(slot: number): void {
  const before = words[STARTED]!;
  void new Worker(new URL(import.meta.url), { workerData: { share: native.share, slot, scenario } });
  if (Atomics.wait(words, STARTED, before, 20_000) === 'timed-out') signals.exit(93);
}

const SCENARIOS: Readonly<Record<string, () => number>> = {
  many: () => {
    for (let round = 0; round < rounds; round++) {
      work(round);
      if (statusOf(() => round % 7) !== round % 7) return 1;
    }
    return 0;
  },
  busy: () => {
    for (let round = 0; round < rounds; round++) {
      work(round);
      const status = statusOf(() => {
        work(round + 1);
        const inner = statusOf(() => {
          work(round + 2);
          return 5;
        });
        work(round + 3);
        return inner + 1;
      });
      if (status !== 6) return status;
    }
    return 0;
  },
  /** Workers exist while the first thread is copied. */
  crowd: () => {
    startWorker(1);
    startWorker(2);
    return SCENARIOS['busy']!();
  },
  /** The first thread never returns to its event loop; yet workers start, in a copy, too. */
  workers: () => {
    startWorker(1);
    startWorker(2);
    return statusOf(() => {
      work(1);
      startWorker(3);
      return statusOf(() => {
        startWorker(4);
        return words[STARTED]! - 4;
      });
    });
  },
  /** A worker forks, and its copy, too, starts workers and forks. */
  forkingWorker: () => {
    startWorker(1);
    Atomics.store(words, ORDER, 1);
    Atomics.notify(words, ORDER);
    Atomics.wait(words, ANSWER, 0, 20_000);
    return words[ANSWER]! - 1;
  },
  memory: () => {
    words[100] = 1;
    const status = statusOf(() => {
      words[100]! += 1;
      return words[100]!;
    });
    return status === 2 && words[100] === 1 ? 0 : 1;
  },
};

if (isMainThread) {
  const status = SCENARIOS[scenario]!();
  writeSync(1, `${scenario} ${status}\n`);
  signals.exit(status);
}

Atomics.add(words, STARTED, 1);
Atomics.notify(words, STARTED);
if (scenario === 'forkingWorker' && given!.slot === 1) {
  Atomics.wait(words, ORDER, 0);
  const status = statusOf(() => {
    work(1);
    startWorker(5);
    return statusOf(() => {
      work(2);
      startWorker(6);
      return 0;
    });
  });
  Atomics.store(words, ANSWER, status + 1);
  Atomics.notify(words, ANSWER);
}
// A thread without work stays, since it may be needed as the parent of others, and must not run to its event loop.
Atomics.wait(words, 200, 0);
