/** A hart with 16 MiB of RAM at 0x80000000 and nothing that runs instructions, for unit tests. */

import { AddressSpace } from '../../../mem/address-space.ts';
import { Arena } from '../../../mem/arena.ts';
import type { Contexts } from '../../../mem/cpu.ts';
import { silentLog } from '../../../mem/guest-log.ts';
import { RiscvCpu, type CpuConfiguration } from '../cpu.ts';
import { defaultFeatures, parseFeatures } from '../features.ts';
import { CSR_CLEAR, CSR_NO_READ, CSR_NO_WRITE, CSR_SET, CSR_SWAP } from '../helpers.ts';
import { RiscvState, word } from '../state.ts';
import { CSRS } from '../csr/index.ts';

export const RAM = 0x8000_0000;
export const RAM_SIZE = 0x100_0000;

/** Writes down what the hart tells the software TLB. */
class RecordingContexts implements Contexts {
  readonly calls: string[] = [];
  key = '';
  select(...keys: number[]): void {
    this.key = keys.join(' ');
  }
  flushAll(): void {
    this.calls.push('all');
  }
  flushAsid(asid: number): void {
    this.calls.push(`asid ${asid}`);
  }
  flushPage(low: number, high: number, asid: number): void {
    this.calls.push(`page ${high >>> 0} ${low >>> 0} ${asid}`);
  }
}

export class HartRig {
  readonly contexts = new RecordingContexts();
  readonly configuration: CpuConfiguration;
  readonly cpu: RiscvCpu;
  readonly words: Int32Array;
  readonly memory: DataView;
  /** What `time` reads, and when the alarm rings. */
  time = 0;
  alarm = Infinity;
  readonly #ram: number;

  constructor(cpu = '') {
    const arena = new Arena(RAM_SIZE + 0x2_0000);
    const stateAddress = arena.allocate(RiscvState.size);
    this.#ram = arena.allocate(RAM_SIZE, 4096);
    const space = new AddressSpace(arena.memory);
    space.add({ kind: 'ram', name: 'ram', base: RAM, size: RAM_SIZE, hostOffset: this.#ram });
    space.add({ kind: 'mmio', name: 'device', base: 0x1000_0000, size: 0x1000, read: () => 0, write() {} });
    this.words = new Int32Array(arena.memory.buffer, stateAddress, RiscvState.size / 4);
    this.memory = new DataView(arena.memory.buffer, this.#ram, RAM_SIZE);
    this.configuration = {
      memory: arena.memory,
      stateAddress,
      space,
      contexts: this.contexts,
      features: cpu === '' ? defaultFeatures : parseFeatures(`rv64,${cpu}`),
      hartId: 0,
      timer: {
        now: () => this.time,
        arm: (ticks) => {
          this.alarm = ticks;
        },
      },
      log: silentLog,
    };
    this.cpu = new RiscvCpu(this.configuration);
    this.cpu.reset(RAM | 0);
    // As firmware does before it leaves M: all of memory is open.
    if (cpu === '') {
      this.write('pmpaddr0', -1n);
      this.write('pmpcfg0', 0x1fn);
    }
    this.contexts.calls.length = 0;
  }

  get(field: Parameters<typeof word>[0]): number {
    return this.words[word(field)]!;
  }
  set(field: Parameters<typeof word>[0], value: number): void {
    this.words[word(field)] = value;
  }

  number(name: string): number {
    return CSRS.find((csr) => csr.name === name)!.number;
  }
  /** As a debugger sees it. */
  read(name: string): bigint {
    return this.cpu.readCsr(this.number(name))!;
  }
  write(name: string, value: bigint): void {
    this.cpu.writeCsr(this.number(name), value);
  }

  /** A CSR instruction: the old value, or undefined if it trapped. */
  csrrw(number: number, value: bigint | undefined): bigint | undefined {
    return this.#access(value === undefined ? CSR_SET | CSR_NO_WRITE : CSR_SWAP, number, value ?? 0n);
  }
  csrw(number: number, value: bigint): boolean {
    return this.#access(CSR_SWAP | CSR_NO_READ, number, value) !== undefined;
  }
  csrrs(number: number, value: bigint): bigint | undefined {
    return this.#access(CSR_SET, number, value);
  }
  csrrc(number: number, value: bigint): bigint | undefined {
    return this.#access(CSR_CLEAR, number, value);
  }
  #access(kind: number, number: number, value: bigint): bigint | undefined {
    const left = this.call('csr', BigInt(kind), BigInt(number), value);
    return left === 0 ? BigInt.asUintN(64, this.#wide()[word('result') / 2]!) : undefined;
  }

  /** Calls a helper as translated code does. */
  call(name: string, ...values: bigint[]): number {
    for (const [i, value] of values.entries()) this.#wide()[word('arguments') / 2 + i] = value;
    return this.cpu.helpers[name]!();
  }
  #wide(): BigInt64Array {
    return new BigInt64Array(this.words.buffer, this.words.byteOffset, this.words.length / 2);
  }

  /** Writes 64 bits of RAM at a physical address. */
  poke(physical: number, value: bigint): void {
    this.memory.setBigUint64(physical - RAM, BigInt.asUintN(64, value), true);
  }
  peek(physical: number): bigint {
    return this.memory.getBigUint64(physical - RAM, true);
  }
}
