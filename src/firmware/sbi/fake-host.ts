import type { HartEntry, SbiCounters, SbiHost, SbiRange } from './host.ts';
import { HART_STARTED, HART_STOPPED, HART_SUSPENDED } from './host.ts';
import type { SbiFault } from './result.ts';

/**
 * A machine for tests of the SBI: 64 KiB of RAM at 0x80000000, and a log of everything that was
 * asked of it, in order. Hart 0 runs, the others are stopped.
 */
export class FakeSbiHost implements SbiHost {
  readonly hartCount: number;
  readonly mvendorid = 0n;
  readonly marchid = 0x70216n;
  readonly mimpid = 0x70216n;
  readonly log: string[] = [];
  readonly states: number[];
  readonly memory = new Uint8Array(0x10000);
  /** What the next console reads give. */
  typed: number[] = [];
  printed = '';
  inhibited = 0xffff_fff8;
  readonly counters: SbiCounters;

  constructor(hartCount = 1) {
    this.hartCount = hartCount;
    this.states = Array.from({ length: hartCount }, (_, hart) => (hart === 0 ? HART_STARTED : HART_STOPPED));
    this.counters = {
      mask: 0x7fff8,
      bits: 64,
      events: [
        { first: 1, last: 1, counters: 0x7fff9 },
        { first: 2, last: 2, counters: 0x7fffc },
        { first: 0x10019, last: 0x10019, counters: 0x7fff8 },
      ],
      inhibit: () => this.inhibited,
      setInhibit: (_hart, value) => {
        this.inhibited = value;
      },
      write: (_hart, counter, value) => this.log.push(`counter ${counter} = ${value}`),
      setEvent: (_hart, counter, value) => this.log.push(`event ${counter} = 0x${value.toString(16)}`),
    };
  }

  hartState(hart: number): number {
    return this.states[hart]!;
  }

  startHart(hart: number, { address, opaque }: HartEntry): boolean {
    this.log.push(`start ${hart} at 0x${address.toString(16)} with 0x${opaque.toString(16)}`);
    this.states[hart] = HART_STARTED;
    return true;
  }

  stopHart(hart: number): void {
    this.log.push(`stop ${hart}`);
    this.states[hart] = HART_STOPPED;
  }

  suspendHart(hart: number, resume: HartEntry | undefined): void {
    this.log.push(`suspend ${hart}${resume === undefined ? '' : ` until 0x${resume.address.toString(16)}`}`);
    if (resume !== undefined) this.states[hart] = HART_SUSPENDED;
  }

  setTimer(hart: number, time: bigint): void {
    this.log.push(`timer ${hart} ${time}`);
  }

  sendIpi(hart: number): void {
    this.log.push(`ipi ${hart}`);
  }

  clearIpi(hart: number): void {
    this.log.push(`clear ipi ${hart}`);
  }

  fenceI(harts: readonly number[]): void {
    this.log.push(`fence.i [${harts.join(' ')}]`);
  }

  sfenceVma(harts: readonly number[], range: SbiRange | undefined, asid: bigint | undefined): void {
    const where = range === undefined ? 'all' : `0x${range.start.toString(16)}+0x${range.size.toString(16)}`;
    this.log.push(`sfence.vma [${harts.join(' ')}] ${where}${asid === undefined ? '' : ` asid ${asid}`}`);
  }

  reset(type: 0 | 1 | 2, failure: boolean): void {
    this.log.push(`reset ${type}${failure ? ' after a failure' : ''}`);
  }

  isRam(address: number, length: number): boolean {
    return address >= RAM && address + length <= RAM + this.memory.length;
  }

  ram(address: number, length: number): Uint8Array {
    return this.memory.subarray(address - RAM, address - RAM + length);
  }

  /** One device, at 0x2000000. */
  mayExecute(address: bigint): boolean {
    return address < 0x0200_0000n || address >= 0x0201_0000n;
  }

  /** Virtual addresses are physical ones; what is not RAM is a load page fault. */
  loadVirtual(_hart: number, address: bigint): bigint | SbiFault {
    if (!this.isRam(Number(address), 8)) return { cause: 13, value: address };
    return new DataView(this.memory.buffer).getBigUint64(Number(address) - RAM, true);
  }

  putByte(byte: number): void {
    this.printed += String.fromCharCode(byte);
  }

  getByte(): number {
    return this.typed.shift() ?? -1;
  }
}

const RAM = 0x8000_0000;
