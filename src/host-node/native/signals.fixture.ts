/**
 * A program for signals.test.ts: catches signals, says so, then tells of each that it takes, in blocking reads of its
 * standard input whose lines are orders: `mask HEX`, `default N`, `ignore N`, `die N`, `exit N`.
 */
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
for (const signal of [1, 2, 10, 12, 15, 17, 20, 28, 32, 33, 34, 40]) signals.catch(signal);
signals.raiseOnSignal(64, 8);
signals.hushOthers();
say('ready');

function tellSignals(): void {
  for (let signal = signals.take(); signal !== 0; signal = signals.take()) {
    const { siginfo } = signals;
    const field = (at: number): number => siginfo.getInt32(at, true);
    say(
      `signal ${signal} info ${field(0)} code ${field(8)} sender ${field(16)} value ${field(24)} exit ${exitWord[16]}`,
    );
    exitWord[16] = 0;
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

for (;;) {
  const line = readLine();
  const [order, operand] = line.split(' ') as [string, string];
  if (order === 'mask') {
    const mask = BigInt(operand);
    signals.setMask(Number(BigInt.asIntN(32, mask)), Number(mask >> 32n));
  } else if (order === 'default') signals.default(Number(operand));
  else if (order === 'ignore') signals.ignore(Number(operand));
  else if (order === 'die') signals.die(Number(operand), false);
  else signals.exit(Number(operand));
  say(`done ${line}`);
}
