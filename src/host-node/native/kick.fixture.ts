/**
 * The first thread kicks a worker out of one endless blocking call after the other; argv: how many. A kick that is lost
 * leaves the worker in a call.
 */
import { writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { ATTENTION, INTERRUPTED_BEFORE, type NativeShare } from '../../host/native.ts';
import { NodeNativeSignals } from './signals.ts';
import { firstNativeThread, furtherNativeThread } from './thread.ts';

const EINTR = -4;
/** Words of the memory: the worker's number, how many kicks it felt, its exit word. */
const THREAD = 0;
const FELT = 1;
const EXIT = 2;
const EXIT_BIT = 4;

const share = workerData as NativeShare | null;
const memory = share?.memory ?? new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const words = new Int32Array(memory.buffer);
const native = share === null ? firstNativeThread(memory) : furtherNativeThread(share, 1);
const signals = new NodeNativeSignals(native);
const { numbers, attentionIndex } = native;

function kickWorker(rounds: number): number {
  void new Worker(new URL(import.meta.url), { workerData: native.share });
  Atomics.wait(words, THREAD, 0, 20_000);
  for (let round = 0; round < rounds; round++) {
    // Sometimes before the call, sometimes in it.
    for (let spin = (round % 50) * 200; spin > 0; spin--);
    signals.kick(words[THREAD]!);
    if (Atomics.wait(words, FELT, round, 10_000) === 'timed-out') return round;
  }
  return rounds;
}

function feelKicks(): void {
  signals.raiseOnSignal(EXIT * 4, EXIT_BIT);
  Atomics.store(words, THREAD, native.call(numbers.gettid));
  Atomics.notify(words, THREAD);
  for (;;) {
    for (let index = 0; index < 5; index++) native.int(index, 0);
    const result = native.blocking(numbers.ppoll);
    const isKick = native.words[attentionIndex] === ATTENTION.KICK && Atomics.load(words, EXIT) === EXIT_BIT;
    if (!isKick || (result !== EINTR && result !== INTERRUPTED_BEFORE)) return;
    Atomics.store(words, EXIT, 0);
    signals.endKick();
    Atomics.add(words, FELT, 1);
    Atomics.notify(words, FELT);
  }
}

if (isMainThread) {
  const felt = kickWorker(Number(process.argv[2]));
  writeSync(1, `${felt}\n`);
  signals.exit(0);
}
feelKicks();
