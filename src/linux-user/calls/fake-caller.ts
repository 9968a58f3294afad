import { LINUX_CALLS, type LinuxCall } from '../../host/linux-calls.ts';
import type { CallNumbers, NativeThread } from '../../host/native.ts';
import { Arena } from '../../mem/arena.ts';
import { riscv64 } from '../abi/riscv64.ts';
import { Descriptors } from '../descriptors.ts';
import { Limits } from '../limits.ts';
import { MAPPED, PAGE, PageTable, PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import { UserMemory } from '../memory/user-memory.ts';
import { OpenFiles } from '../open-files.ts';
import { Paths } from '../paths.ts';
import type { GuestProcess } from '../process.ts';
import { Scratch, SCRATCH_BYTES } from '../scratch.ts';
import type { SystemCall } from './call.ts';
import type { Caller } from './caller.ts';
import { passOn } from './pass.ts';

const numbers: CallNumbers = Object.fromEntries(
  Object.entries(LINUX_CALLS).map(([name, [x64]]) => [name, x64]),
) as Record<LinuxCall, number>;

/** What the host was asked: the name of the call and its arguments; addresses are offsets of the shared memory. */
export interface Asked {
  readonly name: string;
  readonly arguments: readonly number[];
}

/** A thread without a host: `answer` is the host's kernel, which gives low halves of results. */
export class FakeCaller {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => number = () => 0;
  readonly memory: UserMemory;
  readonly descriptors: Descriptors;
  readonly caller: Caller;
  /** Registers of arguments, as doubles. */
  #registers: readonly number[] = [];

  /** `pages`: flags of each page of the window, from address 0 on; `prefix`: as -L. */
  constructor(pages: readonly number[], { prefix }: { readonly prefix?: string } = {}) {
    const windowSize = pages.length * PAGE;
    const arena = new Arena((4 << 20) + windowSize);
    const base = arena.allocateHigh(windowSize, PAGE);
    const table = new PageTable(arena, windowSize);
    pages.forEach((flags, page) => table.set(page, page + 1, flags, 0));
    this.memory = new UserMemory(arena.memory, base, table);
    this.descriptors = new Descriptors(arena);
    const process = {
      abi: riscv64(),
      memory: this.memory,
      descriptors: this.descriptors,
      paths: new Paths(prefix),
      limits: new Limits(arena),
      program: { path: '/program/itself', get: () => 0 },
      log: { has: () => false },
      lock: { with: (act: () => unknown) => act() },
      space: { pages: table, fileResized() {} },
    } as unknown as GuestProcess;
    (process as { files: OpenFiles }).files = new OpenFiles(process);
    const scratch = new Scratch(arena.memory, arena.allocate(SCRATCH_BYTES));
    const register = (index: number): number => this.#registers[index] ?? 0;
    const half = (value: number): number => Math.floor(value / 2 ** 32);
    this.caller = {
      process,
      host: this.#host(),
      scratch,
      signals: { useMask: () => true, hostSet() {}, isResumed: false, left: new Int32Array(4) },
      low: (index: number) => register(index) | 0,
      high: (index: number) => half(register(index)) | 0,
      value: (index: number) => (register(index) < 0 ? register(index) + 2 ** 64 : register(index)),
      address: (index: number) => (half(register(index)) === 0 ? register(index) >>> 0 : Infinity),
    } as unknown as Caller;
  }

  /** Memory that may be read and written. */
  static readonly open = MAPPED | PROT_READ | PROT_WRITE;

  /** What a program gets that makes a call. */
  make(call: SystemCall, ...registers: readonly number[]): number {
    this.#registers = registers;
    this.caller.scratch.reset();
    return call.perform === undefined ? passOn(this.caller, call) : call.perform(this.caller, call);
  }

  /** Puts a text with its zero byte into memory. */
  put(address: number, text: string): number {
    this.memory.write(address, new TextEncoder().encode(`${text}\0`));
    return address;
  }

  /** A text of the shared memory, as the host would read a path. */
  textAt(offset: number): string {
    return this.caller.scratch.text(offset, 4096);
  }

  #host(): NativeThread {
    const values = [0, 0, 0, 0, 0, 0];
    let high = 0;
    const call = (number: number): number => {
      const name = Object.keys(numbers).find((each) => numbers[each as LinuxCall] === number) ?? String(number);
      const asked = { name, arguments: [...values] };
      this.asked.push(asked);
      const result = this.answer(asked);
      high = result < 0 ? -1 : 0;
      return result;
    };
    return {
      processor: 'x86-64',
      numbers,
      memoryLow: 0,
      memoryHigh: 0,
      scratch: new DataView(new ArrayBuffer(256)),
      int: (index: number, value: number) => void (values[index] = value),
      word: (index: number, low: number, top: number) => void (values[index] = top * 2 ** 32 + (low >>> 0)),
      at: (index: number, offset: number) => {
        if (!(offset >= 0 && offset <= this.memory.base + this.memory.bytes.length))
          throw new RangeError(`the host is given address ${offset}`);
        values[index] = offset;
      },
      scratchAt: (index: number, offset: number) => void (values[index] = offset),
      call,
      blocking: call,
      high: () => high,
    } as unknown as NativeThread;
  }
}
