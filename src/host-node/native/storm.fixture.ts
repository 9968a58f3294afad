/**
 * One-shot timers fire at random moments around blocking calls; argv: how many rounds, seed. Prints how the calls ended.
 * A lost wake-up leaves it in a call for ever.
 */
import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { NodeNativeSignals } from './signals.ts';
import { firstNativeThread } from './thread.ts';

const SIGALRM = 14;
const EINTR = -4;
const ITIMER_REAL = 0;

const native = firstNativeThread(new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
const signals = new NodeNativeSignals(native);
const { numbers, scratch, words, attentionIndex } = native;
const rounds = Number(process.argv[2]);
let random = Number(process.argv[3]);
const next = (bound: number): number => {
  random = (Math.imul(random, 1103515245) + 12345) >>> 0;
  return (random >>> 8) % bound;
};

function armTimer(microseconds: number): void {
  for (let at = 0; at < 32; at += 8) scratch.setBigUint64(at, 0n, true);
  scratch.setUint32(24, microseconds, true);
  native.int(0, ITIMER_REAL);
  native.scratchAt(1, 0);
  native.int(2, 0);
  native.call(numbers.setitimer);
}

signals.catch(SIGALRM);
const ends = { before: 0, during: 0, other: 0, taken: 0 };
for (let round = 0; round < rounds; round++) {
  armTimer(1 + next(80));
  for (let spin = next(20_000); spin > 0; spin--);
  // Nothing but the signal ends this call: a ppoll of no descriptors without a timeout.
  for (let index = 0; index < 5; index++) native.int(index, 0);
  const result = native.blocking(numbers.ppoll);
  if (result === INTERRUPTED_BEFORE) ends.before++;
  else if (result === EINTR) ends.during++;
  else ends.other++;
  while (Atomics.load(words, attentionIndex) !== 0) {
    if (signals.take() === SIGALRM) ends.taken++;
    signals.release();
  }
}
console.log(JSON.stringify(ends));
