import { BugError } from '../base/errors.ts';
import { VirtBoard } from '../board/virt.ts';
import { BlockCounters } from '../block/counters.ts';
import { CharLink } from '../host/char-link.ts';
import type { HostClock } from '../host/clock.ts';
import { RingBlockPort } from '../host/ring-block-port.ts';
import { RingCharPort } from '../host/ring-char-port.ts';
import type { RequestRing } from '../host/request-ring.ts';
import { SeededRandom } from '../host/seeded-random.ts';
import { VirtualClock } from '../host/virtual-clock.ts';
import type { Power } from '../hw/backends.ts';
import type { EntropyPort } from '../hw/backends.ts';
import { Arena } from '../mem/arena.ts';
import { EXIT_STOP, EXIT_WORK } from '../mem/cpu.ts';
import { Lock } from '../mem/lock.ts';
import { SharedLog } from '../mem/machine-log.ts';
import type { Board } from './board.ts';
import type { MachineConfig } from './config.ts';
import { DeadlineBoard } from './deadline-board.ts';
import { InstructionClock } from './instruction-clock.ts';
import { LogPipe } from './log-pipe.ts';
import { machineClock, type MachineClock } from './machine-clock.ts';
import { parseRecording } from './replay/log.ts';
import { Recorder } from './replay/recorder.ts';
import { Replayer, type Replayed } from './replay/replayer.ts';
import { Tape } from './replay/tape.ts';
import { TimedIo } from './timed-io.ts';
import type { TimerData } from './timer-thread.ts';
import { VcpuControl } from './vcpu-control.ts';
import { OWN_BYTES, VCPU_BYTES, VcpuShared } from './vcpu-shared.ts';

/** What a thread brings along for its part of a machine. */
export interface CoreSite {
  readonly clock: HostClock;
  /** Writes what is logged; left out, it goes through the pipe to the main thread. */
  readonly log?: (text: string) => void;
  readonly power: Power;
  /** A recording did something to the machine as a whole. */
  readonly replayed?: (happening: Replayed) => void;
  /** Where randomness comes from, unless the machine has a seed. */
  readonly entropy: EntropyPort;
}

const MIB = 2 ** 20;
/** Flash, rings and device state: everything but vCPUs, RAM and what grows with it. */
const FIXED = 96 * MIB;
/** Bytes that are known of each page: flags, owners of code, code mask. */
const PER_PAGE = 10;

function bytesFor({ ramSize, topology }: MachineConfig['board']): number {
  const bytes = FIXED + topology.cpus * VCPU_BYTES + ramSize;
  return bytes + Math.ceil(bytes / 4096) * PER_PAGE;
}

/**
 * A machine's shared part, as one thread sees it. Threads that make theirs from the same
 * configuration and memory agree on every address; what only one of them needs is made after this.
 */
export class MachineCore {
  readonly config: MachineConfig;
  readonly arena: Arena;
  readonly lock: Lock;
  readonly clock: MachineClock;
  /** Of each thread that runs vCPUs. */
  readonly controls: readonly VcpuControl[];
  readonly vcpus: readonly VcpuShared[];
  /** Of each vCPU: where its thread makes what the others do not know. */
  readonly own: readonly Arena[];
  /** What all threads know ends here, but for RAM. */
  readonly sharedEnd: number;
  readonly blockCounters: BlockCounters;
  readonly log: SharedLog;
  readonly logPipe: LogPipe;
  readonly deadlines: DeadlineBoard;
  readonly links: ReadonlyMap<string, CharLink>;
  readonly rings: ReadonlyMap<string, RequestRing>;
  /** What comes and goes at instants of virtual time, where that is counted in instructions. */
  readonly timed: TimedIo | undefined;
  /** The same as the clock, there. */
  readonly instructions: InstructionClock | undefined;
  /** Where a recording is written down, and who does it or lets it happen again. */
  readonly tape: Tape | undefined;
  /** The host's time. */
  readonly hostClock: HostClock;
  readonly journal: Recorder | Replayer | undefined;
  readonly board: Board;
  /** Where vCPUs share a thread: whose turn it is, and instructions that are left of it. */
  readonly turn: Uint32Array;
  /** Where the generator of a seed has its state. */
  readonly randomAddress: number;
  readonly #clockAddress: number;
  readonly #deadlinesAddress: number;

  constructor(config: MachineConfig, site: CoreSite, memory?: WebAssembly.Memory) {
    this.config = config;
    this.hostClock = site.clock;
    const arena = new Arena(bytesFor(config.board), memory);
    const { buffer } = arena.memory;
    this.arena = arena;
    this.lock = new Lock(arena.memory, arena.allocate(8));
    const { cpus } = config.board.topology;
    const threads = config.isParallel ? cpus : 1;
    this.controls = Array.from({ length: threads }, () => new VcpuControl(arena));
    this.blockCounters = new BlockCounters(buffer, arena.allocate(BlockCounters.bytes));
    this.logPipe = new LogPipe(buffer, arena.allocate(LogPipe.bytes));
    // Lines of several threads come one after the other.
    const logLock = new Lock(arena.memory, arena.allocate(8));
    const write = site.log ?? ((text: string) => logLock.with(() => this.logPipe.write(text)));
    this.log = new SharedLog(buffer, arena.allocate(SharedLog.bytes), config.log.ranges, write);
    this.links = new Map(config.chars.map((name) => [name, new CharLink(buffer, arena.allocate(CharLink.bytes))]));
    this.rings = new Map(
      config.disks.map(({ name }) => [name, RingBlockPort.ring(buffer, arena.allocate(RingBlockPort.bytes))]),
    );
    this.#clockAddress = arena.allocate(VirtualClock.bytes);
    const real = new VirtualClock(site.clock, buffer, this.#clockAddress);
    this.clock = machineClock(config, { host: site.clock, clock: real, arena, states: () => this.board.states });
    this.turn = new Uint32Array(buffer, arena.allocate(8), 2);
    this.randomAddress = arena.allocate(SeededRandom.words * 4);
    const random = new Uint32Array(buffer, this.randomAddress, SeededRandom.words);
    const disks = new Map(config.disks.map((disk) => [disk.name, disk]));
    const { clock, links, rings } = this;
    const timed =
      config.clock.kind === 'host'
        ? undefined
        : new TimedIo({ arena, clock, links, rings, disks, kick: () => this.kick() });
    this.timed = timed;
    this.instructions = clock instanceof InstructionClock ? clock : undefined;
    this.tape = config.journal?.mode === 'record' ? new Tape(arena) : undefined;
    this.journal = this.#makeJournal(site);
    if (this.journal !== undefined) timed?.keep(this.journal);
    this.board = new VirtBoard(config.board, arena, {
      power: site.power,
      entropy: config.seed === undefined ? site.entropy : new SeededRandom(config.seed, 0, random),
      clock: this.clock,
      log: this.log,
      lock: this.lock,
      sharesThread: !config.isParallel,
      char: (name) => {
        if (timed !== undefined) return timed.chars.get(name);
        const link = links.get(name);
        return link && new RingCharPort(link);
      },
      block: (name) => {
        if (timed !== undefined) return timed.blocks.get(name);
        const ring = rings.get(name);
        return ring && new RingBlockPort(ring, disks.get(name)!);
      },
    });
    const { exits } = this.board;
    this.vcpus = this.board.states.map((_, index) => new VcpuShared(arena, index, exits));
    this.#deadlinesAddress = arena.allocate(DeadlineBoard.bytes);
    this.deadlines = new DeadlineBoard(buffer, this.#deadlinesAddress);
    this.sharedEnd = arena.used;
    this.own = this.vcpus.map(() => arena.part(OWN_BYTES));
  }

  #makeJournal({ replayed = () => {} }: CoreSite): Recorder | Replayer | undefined {
    const { config, timed, instructions, tape } = this;
    const { journal } = config;
    if (journal === undefined) return undefined;
    if (timed === undefined || instructions === undefined) throw new BugError('a journal without a clock for it');
    if (tape !== undefined) return new Recorder(timed, instructions, tape);
    if (journal.mode !== 'play') throw new BugError('nowhere to record');
    return new Replayer(parseRecording(journal.recording).events, instructions, config.chars.length, replayed);
  }

  /** What the timer's thread has to know. */
  get timerData(): TimerData {
    const { arena, board, config } = this;
    return {
      memory: arena.memory,
      board: this.#deadlinesAddress,
      deadlines: board.timers.place,
      clock: this.#clockAddress,
      states: board.states,
      sharesThread: !config.isParallel,
    };
  }

  /** The vCPUs that a thread runs. */
  vcpusOf(thread: number): readonly number[] {
    return this.config.isParallel ? [thread] : this.vcpus.map((_, index) => index);
  }

  /** Makes a vCPU look, whatever it does: bits are EXIT_*. The first one sees to back ends of devices. */
  kick(bits: number = EXIT_WORK, vcpu = 0): void {
    this.board.exits.kick(vcpu, bits);
  }

  /** Every vCPU stands still from now on, or ends. */
  want(state: number): void {
    for (const [thread, control] of this.controls.entries()) {
      control.wanted = state;
      this.kick(EXIT_STOP, thread);
    }
    this.deadlines.wanted = state;
  }
}
