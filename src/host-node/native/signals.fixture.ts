/**
 * A program for signals.test.ts: catches signals, says so, then tells of each that it takes, in blocking reads of its
 * standard input; `loud` as argument leaves the engine's threads open to them. Lines are orders: `mask HEX`, `default N`, `ignore N`, `die N`, `exit N`, `trap 1`, `fault N`.
 */
import { getInt32 } from 'node:ffi';
import { writeSync } from 'node:fs';
import { INTERRUPTED_BEFORE } from '../../host/native.ts';
import { NodeNativeSignals } from './signals.ts';
import { firstNativeThread } from './thread.ts';

const EINTR = -4;
const READ_AT = 1024;
const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const bytes = new Uint8Array(memory.buffer);
const exitWord = new Int32Array(memory.buffer);
const native = firstNativeThread(memory);
const signals = new NodeNativeSignals(native);
const say = (text: string): number => writeSync(1, `${text}\n`);

signals.setMask(0, 0);
for (const signal of [1, 2, 7, 10, 11, 12, 15, 17, 20, 28, 32, 33, 34, 40]) signals.catch(signal);
signals.raiseOnSignal(64, 8);
if (process.argv[2] !== 'loud') signals.hushOthers();
say('ready');

function tellSignals(): void {
  for (let signal = signals.take(); signal !== 0; signal = signals.take()) {
    const { siginfo } = signals;
    const field = (at: number): number => siginfo.getInt32(at, true);
    const exit = Atomics.exchange(exitWord, 16, 0);
    say(`signal ${signal} info ${field(0)} code ${field(8)} sender ${field(16)} value ${field(24)} exit ${exit}`);
    signals.release();
  }
}

function readLine(): string {
  for (;;) {
    tellSignals();
    native.int(0, 0);
    native.at(1, READ_AT);
    native.int(2, 256);
    const length = native.blocking(native.numbers.read);
    if (length >= 0) return new TextDecoder().decode(bytes.slice(READ_AT, READ_AT + length)).trim();
    if (length !== EINTR && length !== INTERRUPTED_BEFORE) signals.exit(99);
  }
}

/** Loads from beyond the memory, which the engine leaves to the processor to find out. */
function trap(): boolean {
  const body = [0, 0x41, 0x7c, 0x28, 2, 0, 0x0b];
  const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 2, 9, 1, 1, 0x6d, 1, 0x6d, 2, 3, 1, 1];
  const bytes = [...head, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, body.length + 2, 1, body.length, ...body];
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)), { m: { m: memory } });
  try {
    (exports['f'] as () => number)();
    return false;
  } catch (error) {
    return error instanceof WebAssembly.RuntimeError;
  }
}

/** SIGBUS: a page of a mapping that its file does not reach. SIGSEGV: an address where nothing is. */
function fault(signal: number): void {
  if (signal === 7) {
    const file = memfd();
    native.word(0, 0, 0);
    native.int(1, 4096);
    native.int(2, 1);
    native.int(3, 1);
    native.int(4, file);
    native.int(5, 0);
    const low = native.call(native.numbers.mmap);
    getInt32((BigInt(native.high()) << 32n) | BigInt(low >>> 0));
  } else getInt32(8n);
}

function memfd(): number {
  native.scratch.setUint8(0, 0);
  native.scratchAt(0, 0);
  native.int(1, 0);
  return native.call(native.numbers.memfd_create);
}

for (;;) {
  const line = readLine();
  const [order, operand] = line.split(' ') as [string, string];
  if (order === 'mask') {
    const mask = BigInt(operand);
    signals.setMask(Number(BigInt.asIntN(32, mask)), Number(mask >> 32n));
  } else if (order === 'default') signals.default(Number(operand));
  else if (order === 'ignore') signals.ignore(Number(operand));
  else if (order === 'trap') {
    if (!trap()) signals.exit(98);
  } else if (order === 'fault') fault(Number(operand));
  else if (order === 'die') signals.die(Number(operand), false);
  else signals.exit(Number(operand));
  say(`done ${line}`);
}
