import { VirtBoard } from '../board/virt.ts';
import { BlockCounters } from '../block/counters.ts';
import { CharLink } from '../host/char-link.ts';
import type { HostClock } from '../host/clock.ts';
import { RingBlockPort } from '../host/ring-block-port.ts';
import { RingCharPort } from '../host/ring-char-port.ts';
import type { RequestRing } from '../host/request-ring.ts';
import { SeededRandom } from '../host/seeded-random.ts';
import type { Power } from '../hw/backends.ts';
import type { EntropyPort } from '../hw/backends.ts';
import { JitCounters } from '../jit/counters.ts';
import { Arena } from '../mem/arena.ts';
import { CPU_HEADER, EXIT_WORK } from '../mem/cpu.ts';
import { Lock } from '../mem/lock.ts';
import { SharedLog } from '../mem/machine-log.ts';
import { struct } from '../mem/struct.ts';
import type { Board } from './board.ts';
import type { MachineConfig } from './config.ts';
import { DeadlineBoard } from './deadline-board.ts';
import { LogPipe } from './log-pipe.ts';
import { machineClock, type MachineClock } from './machine-clock.ts';
import { VcpuControl } from './vcpu-control.ts';
import { VcpuCounters } from './vcpu-counters.ts';

/** What a thread brings along for its part of a machine. */
export interface CoreSite {
  readonly clock: HostClock;
  /** Writes what is logged; left out, it goes through the pipe to the main thread. */
  readonly log?: (text: string) => void;
  readonly power: Power;
  /** Where randomness comes from, unless the machine has a seed. */
  readonly entropy: EntropyPort;
}

const MIB = 2 ** 20;
/** Code records, TLBs, flash, rings and device state: everything but RAM and what grows with it. */
const FIXED = 192 * MIB;
/** Flag byte and code mask of each page. */
const bytesFor = (ram: number): number => FIXED + ram + Math.ceil(ram / 4096) * 9;

const EXIT = struct(CPU_HEADER).offsetOf.exit / 4;

/**
 * A machine's shared part, as one thread sees it. Threads that make theirs from the same
 * configuration and memory agree on every address; what only one of them needs is made after this.
 */
export class MachineCore {
  readonly config: MachineConfig;
  readonly arena: Arena;
  readonly lock: Lock;
  readonly clock: MachineClock;
  readonly control: VcpuControl;
  readonly counters: VcpuCounters;
  readonly jitCounters: JitCounters;
  readonly blockCounters: BlockCounters;
  readonly log: SharedLog;
  readonly logPipe: LogPipe;
  readonly deadlines: DeadlineBoard;
  readonly links: ReadonlyMap<string, CharLink>;
  readonly rings: ReadonlyMap<string, RequestRing>;
  readonly board: Board;
  /** Where the generator of a seed has its state. */
  readonly randomAddress: number;
  readonly #exit: Int32Array;

  constructor(config: MachineConfig, site: CoreSite, memory?: WebAssembly.Memory) {
    this.config = config;
    const arena = new Arena(bytesFor(config.board.ramSize), memory);
    const { buffer } = arena.memory;
    this.arena = arena;
    this.lock = new Lock(arena.memory, arena.allocate(8));
    this.control = new VcpuControl(arena);
    this.counters = new VcpuCounters(arena);
    this.jitCounters = new JitCounters(arena);
    this.blockCounters = new BlockCounters(buffer, arena.allocate(BlockCounters.bytes));
    this.logPipe = new LogPipe(buffer, arena.allocate(LogPipe.bytes));
    const write = site.log ?? ((text: string) => this.logPipe.write(text));
    this.log = new SharedLog(buffer, arena.allocate(SharedLog.bytes), config.log.ranges, write);
    this.links = new Map(config.chars.map((name) => [name, new CharLink(buffer, arena.allocate(CharLink.bytes))]));
    this.rings = new Map(
      config.disks.map(({ name }) => [name, RingBlockPort.ring(buffer, arena.allocate(RingBlockPort.bytes))]),
    );
    this.clock = machineClock(config.clock, config.rtc, site.clock, arena, () => this.board.states);
    this.randomAddress = arena.allocate(SeededRandom.words * 4);
    const random = new Uint32Array(buffer, this.randomAddress, SeededRandom.words);
    const disks = new Map(config.disks.map((disk) => [disk.name, disk]));
    this.board = new VirtBoard(config.board, arena, {
      power: site.power,
      entropy: config.seed === undefined ? site.entropy : new SeededRandom(config.seed, 0, random),
      clock: this.clock,
      log: this.log,
      lock: this.lock,
      char: (name) => {
        const link = this.links.get(name);
        return link && new RingCharPort(link);
      },
      block: (name) => {
        const ring = this.rings.get(name);
        return ring && new RingBlockPort(ring, disks.get(name)!);
      },
    });
    this.#exit = new Int32Array(buffer, this.board.states[0]!, EXIT + 1);
    this.deadlines = new DeadlineBoard(arena, this.board.timers, this.clock);
  }

  /** Makes the vCPU look, whatever it does: bits are EXIT_*. */
  kick(bits: number = EXIT_WORK): void {
    Atomics.or(this.#exit, EXIT, bits);
    Atomics.notify(this.#exit, EXIT);
  }

  /** Takes what the vCPU was kicked for. */
  takeExits(): number {
    return Atomics.exchange(this.#exit, EXIT, 0);
  }

  /** Blocks the vCPU's thread until it is kicked or the time is up. */
  waitForKick(milliseconds: number): void {
    Atomics.wait(this.#exit, EXIT, 0, milliseconds);
  }
}
