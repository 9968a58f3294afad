import type { Section } from '../../mem/section.ts';
import type { SbiCall, SbiExtension, SbiFunction } from './extension.ts';
import { extensions } from './extensions.ts';
import type { SbiHost } from './host.ts';
import { FirmwareCounters } from './pmu-state.ts';
import { SBI_ERR_NOT_SUPPORTED, type SbiFault } from './result.ts';

/**
 * Supervisor Binary Interface 2.0, run by the emulator itself: an `ecall` from S-mode comes here when
 * the machine has no M-mode firmware. Binary encoding, chapter 3: a7 the extension, a6 the function,
 * a0 to a5 the arguments; afterwards a0 the error and a1 the value, everything else as it was.
 *
 * One object for each thread that runs harts. What it remembers is in the machine's shared memory.
 */
export class Sbi {
  /** Bytes of shared memory, a multiple of 8. */
  static sizeFor(harts: number): number {
    return FirmwareCounters.sizeFor(harts);
  }

  /** What is saved of the firmware of a hart. */
  static section(memory: WebAssembly.Memory, address: number, hart: number): Section {
    return FirmwareCounters.section(memory, address, hart);
  }

  readonly #functions = new Map<bigint, ReadonlyMap<bigint, SbiFunction>>();
  readonly #extensions = new Map<bigint, SbiExtension>();
  readonly #call: { -readonly [K in keyof SbiCall]: SbiCall[K] };

  constructor(host: SbiHost, memory: WebAssembly.Memory, address: number) {
    for (const extension of extensions) {
      const id = BigInt(extension.id);
      this.#extensions.set(id, extension);
      this.#functions.set(id, new Map(extension.functions.map((fn) => [BigInt(fn.id), fn])));
    }
    const pmu = new FirmwareCounters(memory, address, host.hartCount, host.counters.mask);
    this.#call = { hart: 0, host, pmu, extensions: this.#extensions };
  }

  /** At every reset of the machine, by one thread, before a hart runs. */
  reset(): void {
    this.#call.pmu.reset();
  }

  /** A firmware event of the PMU extension that is not a call: a trap that was passed on. */
  count(hart: number, event: number): void {
    this.#call.pmu.count(hart, event);
  }

  /**
   * The hart executed `ecall`; `x` are its registers x0 to x31, changed in place. Afterwards:
   * `'return'`: go on behind the ecall. `'away'`: pc is not the caller's business any more; the host
   * was told what happens to the hart. A fault: trap at the ecall with these scause and stval.
   */
  call(hart: number, x: BigUint64Array): 'return' | 'away' | SbiFault {
    const [extension, fn] = this.#find(x[A7]!, x[A6]!);
    if (fn === undefined) {
      x[A0] = BigInt.asUintN(64, BigInt(SBI_ERR_NOT_SUPPORTED));
      if (extension?.legacy !== true) x[A1] = 0n;
      return 'return';
    }
    this.#call.hart = hart;
    const result = fn.run(this.#call, x);
    if (result === 'away' || 'cause' in result) return result;
    x[A0] = BigInt.asUintN(64, BigInt(result.error));
    if (extension?.legacy !== true) x[A1] = BigInt.asUintN(64, result.value);
    return 'return';
  }

  #find(eid: bigint, fid: bigint): [SbiExtension | undefined, SbiFunction | undefined] {
    const extension = this.#extensions.get(eid);
    return [extension, this.#functions.get(eid)?.get(extension?.legacy === true ? 0n : fid)];
  }
}

const A0 = 10;
const A1 = 11;
const A6 = 16;
const A7 = 17;
