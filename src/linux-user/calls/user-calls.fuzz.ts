/** Any system call with any registers: it comes to an end, and the kernel sees no address outside the program's memory. */
import { LINUX_CALLS } from '../../host/linux-calls.ts';
import { FUZZED_PAGES, FuzzedProgram } from '../memory-kernel/fuzzed-program.ts';
import { ProgramEnded } from '../memory-kernel/program-ended.ts';
import { CALLS } from './index.ts';
import { perform } from './perform.ts';

const NUMBER_REGISTER = 17;
const FIRST_ARGUMENT = 10;
const ARGUMENTS = 6;
/** Bytes of an input that make a call: its place in CALLS, and two for each argument. */
const STRIDE = 2 + 2 * ARGUMENTS;
const MOST_CALLS = 64;

/** Register values that are worth more than others, in halves. */
const INTERESTING: readonly (readonly [low: number, high: number])[] = [
  ...FUZZED_PAGES.flatMap(([at, length]) => [at, at + 8, at + length - 8, at + length - 1, at + length, at - 1]),
  0,
  1,
  2,
  3,
  8,
  16,
  100,
  4096,
  0x1_0000,
  0x7fff_ffff,
  0xff_ffff,
  0x100_0000,
].map((value) => [value, 0] as const);
const WILD: typeof INTERESTING = [
  [-1, -1],
  [-100, -1],
  [0, -1],
  [-1, 0],
  [0x10_0000, 1],
  [0, 0x7fff_ffff],
  [-8, 0x7fff_ffff],
];
const VALUES = [...INTERESTING, ...WILD];

/** A value out of two bytes: one that is worth more, or a small number. */
function valueOf(kind: number, byte: number): readonly [number, number] {
  if (kind < 160) return VALUES[kind % VALUES.length]!;
  return kind < 200 ? [byte, 0] : [FUZZED_PAGES[0][0] + (byte << 4), 0];
}

export function fuzzCalls(data: Uint8Array): void {
  const program = FuzzedProgram.one;
  program.reset();
  const { thread, process } = program;
  const { memory } = process;
  memory.bytes.set(data.subarray(0, 0x1000), FUZZED_PAGES[0][0]);
  for (let at = 0, calls = 0; at + STRIDE <= data.length && calls < MOST_CALLS; at += STRIDE, calls++) {
    const call = CALLS[(data[at]! + 256 * data[at + 1]!) % CALLS.length]!;
    thread.setRegister(NUMBER_REGISTER, LINUX_CALLS[call.name][1]);
    for (let index = 0; index < ARGUMENTS; index++) {
      const [low, high] = valueOf(data[at + 2 + 2 * index]!, data[at + 3 + 2 * index]!);
      thread.setRegister(FIRST_ARGUMENT + index, (high >>> 0) * 2 ** 32 + (low >>> 0));
    }
    try {
      perform(thread);
    } catch (error) {
      if (!(error instanceof ProgramEnded)) throw error;
    }
  }
}

/** Each call once, with addresses for arguments. */
const seeds = (): Uint8Array[] =>
  CALLS.map((_, index) =>
    Uint8Array.from([
      index & 0xff,
      index >> 8,
      ...Array.from({ length: ARGUMENTS }, (__, i) => [200 + i, 16 * i]).flat(),
    ]),
  );

export const target = { name: 'user-calls', run: fuzzCalls, seeds };
