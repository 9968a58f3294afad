import { Engine } from '../jit/engine.ts';
import { optimizationsWithout } from '../jit/optimizations.ts';
import { OracleContexts, OracleEngine } from '../isa/oracle.ts';
import type { BoardCpu, Start } from '../board/site.ts';
import {
  CPU_HEADER,
  EXIT_INTERRUPT,
  EXIT_STOP,
  EXIT_WORK,
  RUNNING as CPU_RUNNING,
  HALTED,
  OFF,
  type Contexts,
} from '../mem/cpu.ts';
import type { CpuRequests, RequestTarget } from '../mem/cpu-requests.ts';
import { DebugPoints } from '../mem/debug-points.ts';
import { flush } from '../mem/page-flush.ts';
import { struct } from '../mem/struct.ts';
import { SoftTlb } from '../mem/tlb.ts';
import type { MachineCore } from './core.ts';
import { otherVcpus } from './other-vcpus.ts';
import { Replayer } from './replay/replayer.ts';
import { Travel } from './replay/travel.ts';
import { TimedVcpu } from './timed-vcpu.ts';
import { Tracer } from './tracer.ts';
import { RUNNING, type VcpuControl } from './vcpu-control.ts';
import type { VcpuCounters } from './vcpu-counters.ts';
import { VcpuDebugger } from './vcpu-debugger.ts';
import { answer, type AskedQuestion, type DebugStop } from './vcpu-questions.ts';

/**
 * What `step` did: ran the guest, found nothing to do until `deadline`, must not run, waits to be kicked by
 * the host, or stopped where a debugger wants it.
 */
export type Step = 'ran' | 'idle' | 'stopped' | 'blocked' | DebugStop;

/** What runs instructions. */
interface Runner {
  readonly contexts: Contexts;
  run(instructions: number): number;
  /** As `run`, but comes back where the run loop would enter code anew; or after one block. */
  enter(instructions: number, isOneBlock: boolean): number;
  /** Executes one instruction, whatever it is; returns how many were retired. */
  single(): number;
  /** Where the code at pc lies in the shared memory, or -1. */
  hostOfPc(): number;
  /** Bytes of the shared memory were written behind its back. */
  written(host: number, length: number): void;
  /** Bytes `first` to `last` - 1 of a host page were written by another CPU. */
  codeWritten(hostPage: number, first: number, last: number): void;
  /** Stores to a host page have to look for translated code. */
  watchPage(hostPage: number): void;
  /** All translated code is forgotten. */
  forget(): void;
  /** Brings the shared counters up to date. */
  publish(): void;
}

const Header = struct(CPU_HEADER);
const RUN_STATE = Header.offsetOf.runState / 4;

/** A virtual CPU on the thread that runs it. */
export class Vcpu {
  /** Virtual time until which an idle CPU has nothing to do. */
  deadline = Infinity;
  /** Instructions retired since the thread began. */
  retired = 0;
  readonly cpu: BoardCpu;
  readonly index: number;
  readonly #core: MachineCore;
  readonly #control: VcpuControl;
  readonly #counters: VcpuCounters;
  /** What others ask of it, if there are others. */
  readonly #requests: CpuRequests | undefined;
  readonly #target: RequestTarget;
  readonly #debugger: VcpuDebugger;
  readonly #runner: Runner;
  readonly #start: Start;
  readonly #tracer: Tracer;
  readonly #words: Int32Array;
  readonly #points = new DebugPoints();
  /** How it runs where time is counted in instructions. */
  readonly #timed: TimedVcpu | undefined;

  constructor(core: MachineCore, index: number, start: Start) {
    this.index = index;
    this.#core = core;
    this.#start = start;
    const { arena, board, vcpus } = core;
    const { counters, requests } = vcpus[index]!;
    this.#control = core.controls[core.config.isParallel ? index : 0]!;
    this.#counters = counters;
    this.#requests = vcpus.length > 1 ? requests : undefined;
    const state = board.states[index]!;
    this.#words = new Int32Array(arena.memory.buffer, state, Header.size / 4);
    const { cpu, runner } = makeRunner(core, index, this.#points);
    this.cpu = cpu;
    this.#runner = runner;
    this.#target = requestTarget(runner);
    this.#tracer = new Tracer(core.log, cpu, index, this.#words);
    this.#debugger = new VcpuDebugger({
      core,
      index,
      cpu,
      contexts: runner.contexts,
      points: this.#points,
      words: this.#words,
      step: () => runner.single(),
      timed: () => this.#timed,
      forget: () => runner.forget(),
    });
    this.#timed = this.#makeTimed();
    this.#resetCpu();
  }

  #makeTimed(): TimedVcpu | undefined {
    const core = this.#core;
    const words = this.#words;
    if (core.timed === undefined) return undefined;
    return new TimedVcpu({
      core,
      index: this.index,
      timed: core.timed,
      control: this.#control,
      counters: this.#counters,
      isHalted: () => words[RUN_STATE] !== CPU_RUNNING,
      wakes: () => this.#wakes(),
      execute: (budget, isAlone) => this.#execute(budget, isAlone),
      takeHit: () => this.#debugger.takeHit(),
      points: this.#points,
      travel: this.#makeTravel(),
    });
  }

  #makeTravel(): Travel | undefined {
    const core = this.#core;
    const { journal } = core;
    if (!(journal instanceof Replayer)) return undefined;
    return new Travel({
      core,
      replayer: journal,
      points: this.#points,
      written: (host, length) => this.#runner.written(host, length),
      replaced: () => this.cpu.loaded(),
    });
  }

  /** Starts the CPU anew. */
  reset(): void {
    this.#runner.forget();
    this.#resetCpu();
  }

  #resetCpu(): void {
    if (this.#core.log.has('cpu_reset')) this.#tracer.reportReset();
    this.cpu.reset(this.#start);
  }

  /** Answers what is asked of it. */
  answer(question: AskedQuestion): unknown {
    this.#enter();
    return answer(this.#debugger, question);
  }

  /** Bytes of the shared memory were written behind its back. */
  written(host: number, length: number): void {
    this.#runner.written(host, length);
  }

  /** Does what others ask, who wait for it from now on if they run at the same time. */
  #enter(): void {
    const requests = this.#requests;
    if (requests === undefined) return;
    if (this.#core.config.isParallel) requests.enter();
    if (requests.isPending) requests.serve(this.#target);
  }

  /** It runs no guest code until its next step: nobody has to wait for it. */
  leave(): void {
    if (this.#core.config.isParallel) this.#requests?.leave();
  }

  /** Sees to what came up, then runs at most `instructions`. */
  step(instructions: number): Step {
    const core = this.#core;
    const { board, clock } = core;
    const { index } = this;
    const counters = this.#counters;
    const exits = board.exits.take(index);
    if (exits !== 0) this.#count(exits);
    if (this.#control.wanted !== RUNNING) return 'stopped';
    this.#enter();
    if (this.#words[RUN_STATE] === OFF) this.cpu.attend();
    if (this.#timed !== undefined) {
      const did = this.#timed.step(instructions, exits);
      this.deadline = this.#timed.deadline;
      return did;
    }
    if ((exits & EXIT_WORK) !== 0 && index === 0) core.lock.with(() => board.poll());
    if (board.timers.nextOf(index) <= clock.now()) {
      counters.add('exitsTimer');
      core.lock.with(() => board.timers.run(clock.now(), index));
    }
    const words = this.#words;
    if (words[RUN_STATE] !== CPU_RUNNING && !this.#wakes()) {
      this.deadline = board.timers.nextOf(index);
      return 'idle';
    }
    this.#execute(Math.min(instructions, clock.instructionsUntil(board.timers.nextOf(index))), false);
    return this.#debugger.takeHit() ?? 'ran';
  }

  /**
   * Takes the interrupt that is pending, then runs; gives how many instructions were retired. `isAlone`: one,
   * which touches a device.
   */
  #execute(budget: number, isAlone: boolean): number {
    const counters = this.#counters;
    const runner = this.#runner;
    if (this.cpu.cpu.takeInterrupt()) counters.add('interrupts');
    const retired = isAlone
      ? runner.single()
      : this.#tracer.isOn
        ? this.#tracer.run(budget, runner)
        : runner.run(budget);
    this.retired += retired;
    counters.add('instructions', retired);
    if (retired === budget) counters.add('exitsBudget');
    runner.publish();
    return retired;
  }

  /** It waits, and what it waits for has come. */
  get isReady(): boolean {
    return this.#words[RUN_STATE] === HALTED && this.cpu.cpu.wakes();
  }

  /** Whether a CPU that waits goes on. */
  #wakes(): boolean {
    if (this.#words[RUN_STATE] !== HALTED || !this.cpu.cpu.wakes()) return false;
    Atomics.store(this.#words, RUN_STATE, CPU_RUNNING);
    this.cpu.woke();
    return true;
  }

  #count(exits: number): void {
    const counters = this.#counters;
    if ((exits & EXIT_INTERRUPT) !== 0) counters.add('exitsInterrupt');
    if ((exits & EXIT_WORK) !== 0) counters.add(this.#words[RUN_STATE] === CPU_RUNNING ? 'exitsWork' : 'halts');
    if ((exits & EXIT_STOP) !== 0) counters.add('exitsStop');
  }
}

function requestTarget(runner: Runner): RequestTarget {
  const { contexts } = runner;
  return {
    flushAll: () => contexts.flushAll(),
    flushAsid: (asid) => contexts.flushAsid(asid),
    flushPages: (low, high, count, asid) => flush(contexts, { low, high, count }, asid),
    watchPage: (hostPage) => runner.watchPage(hostPage),
    codeWritten: (hostPage, first, last) => runner.codeWritten(hostPage, first, last),
    forgetAll() {
      contexts.flushAll();
      runner.forget();
    },
  };
}

function makeRunner(core: MachineCore, index: number, points: DebugPoints): { cpu: BoardCpu; runner: Runner } {
  const { arena, board, config, vcpus } = core;
  const { counters, jitCounters } = vcpus[index]!;
  const { guest, stateStruct, space } = board;
  const state = board.states[index]!;
  let runner: Runner | undefined;
  const requests = vcpus.length > 1 ? vcpus.map((vcpu) => vcpu.requests) : [];
  const others = otherVcpus(index, requests);
  if (config.tier === 'oracle') {
    const contexts = new OracleContexts();
    const cpu = board.createCpu(index, { contexts, others });
    const engine = new OracleEngine({
      guest,
      cpu: cpu.cpu,
      memory: arena.memory,
      stateStruct,
      state,
      space,
      contexts,
      points,
    });
    runner = {
      contexts,
      run: (instructions) => engine.run(instructions),
      // Without a translator each instruction is a block of its own.
      enter: (instructions) => engine.run(instructions, 1),
      single: () => engine.run(1, 1),
      hostOfPc: () => -1,
      written() {},
      codeWritten() {},
      watchPage() {},
      forget() {},
      publish() {},
    };
    return { cpu, runner };
  }
  const header = Header.at(arena.memory, state);
  const own = core.own[index]!;
  const tlb = new SoftTlb(own, header);
  const cpu = board.createCpu(index, { contexts: tlb, others });
  const { pageFlags, granules, claims } = board.memory;
  const engine = new Engine({
    arena: own,
    guest,
    cpu: cpu.cpu,
    stateStruct,
    state,
    space,
    tlb,
    pageFlags,
    granules,
    claims: claims.of(index, requests),
    parallel: config.isParallel
      ? { startedCpus: board.startedAddress, ordersStores: config.ordersStores === true }
      : undefined,
    points,
    loadsDevicesAlone: config.clock.kind === 'instructions',
    tiers: config.tier,
    optimizations: optimizationsWithout(config.without),
    counters: jitCounters,
    worked: () => core.hostClock.worked(),
    log: core.log,
    stress: config.stress && { names: config.stress, seed: Number(config.seed ?? 1n) },
  });
  runner = {
    contexts: tlb,
    run: (instructions) => engine.run(instructions),
    enter: (instructions, isOneBlock) => (isOneBlock ? engine.enterBlock(instructions) : engine.enter(instructions)),
    single: () => engine.single(),
    hostOfPc: () => engine.hostOfPc(),
    written: (host, length) => engine.written(host, length),
    codeWritten: (hostPage, first, last) => engine.codeWritten(hostPage, first, last),
    watchPage: (hostPage) => tlb.watchPage(hostPage),
    forget: () => engine.codePages.reset(),
    publish() {
      counters.set('tlbMisses', engine.slowMemory.misses);
      const { slowMemory, kept } = engine;
      counters.set('deviceAccesses', slowMemory.deviceAccesses);
      counters.set('slowLoads', slowMemory.loads);
      counters.set('slowStores', slowMemory.stores);
      counters.set('slowAtomics', slowMemory.atomics);
      counters.set('slowMisaligned', slowMemory.misaligned);
      counters.set('codeStores', slowMemory.codeStores);
      counters.set('softFloats', engine.softFloats);
      counters.set('keptBlocks', kept.liveBlocks);
      counters.set('keptRegions', kept.liveRegions);
      counters.set('keptBytes', kept.bytes);
      counters.set('evictions', kept.evictions);
      counters.set('tlbFlushes', tlb.flushes);
      counters.set('tlbPageFlushes', tlb.pageFlushes);
      counters.set('codeInvalidations', engine.codePages.invalidations);
      counters.set('codeResets', engine.codePages.resets);
    },
  };
  return { cpu, runner };
}
