import { Engine } from '../jit/engine.ts';
import { optimizationsWithout } from '../jit/optimizations.ts';
import { OracleContexts, OracleEngine } from '../isa/oracle.ts';
import type { BoardCpu, Start } from '../board/site.ts';
import {
  CPU_HEADER,
  EXIT_INTERRUPT,
  EXIT_STOP,
  EXIT_TIMER,
  EXIT_WORK,
  RUNNING as CPU_RUNNING,
  HALTED,
  type Contexts,
} from '../mem/cpu.ts';
import { DebugPoints } from '../mem/debug-points.ts';
import { struct } from '../mem/struct.ts';
import { SoftTlb } from '../mem/tlb.ts';
import type { MachineCore } from './core.ts';
import { Tracer } from './tracer.ts';
import { RUNNING } from './vcpu-control.ts';
import { VcpuDebugger } from './vcpu-debugger.ts';
import { answer, type AskedQuestion, type DebugStop } from './vcpu-questions.ts';

/**
 * What `step` did: ran the guest, found nothing to do until `deadline`, must not run, or stopped where a
 * debugger wants it.
 */
export type Step = 'ran' | 'idle' | 'stopped' | DebugStop;

/** What runs instructions. */
interface Runner {
  readonly contexts: Contexts;
  run(instructions: number): number;
  /** As `run`, but comes back where the run loop would enter code anew; or after one block. */
  enter(instructions: number, isOneBlock: boolean): number;
  /** Where the code at pc lies in the shared memory, or -1. */
  hostOfPc(): number;
  /** Bytes of the shared memory were written behind its back. */
  written(host: number, length: number): void;
  /** All translated code is forgotten. */
  forget(): void;
  /** Brings the shared counters up to date. */
  publish(): void;
}

const Header = struct(CPU_HEADER);
const RUN_STATE = Header.offsetOf.runState / 4;
const REMAINING = Header.offsetOf.remaining / 4;

/** A virtual CPU on the thread that runs it. */
export class Vcpu {
  /** Virtual time until which an idle CPU has nothing to do. */
  deadline = Infinity;
  /** Instructions retired since the thread began. */
  retired = 0;
  readonly cpu: BoardCpu;
  readonly #core: MachineCore;
  readonly #debugger: VcpuDebugger;
  readonly #runner: Runner;
  readonly #start: Start;
  readonly #tracer: Tracer;
  readonly #words: Int32Array;
  readonly #points = new DebugPoints();

  constructor(core: MachineCore, index: number, start: Start) {
    this.#core = core;
    this.#start = start;
    const { arena, board } = core;
    const state = board.states[index]!;
    this.#words = new Int32Array(arena.memory.buffer, state, Header.size / 4);
    const { cpu, runner } = makeRunner(core, index, this.#points);
    this.cpu = cpu;
    this.#runner = runner;
    this.#tracer = new Tracer(core.log, cpu, index, this.#words);
    this.#debugger = new VcpuDebugger({
      core,
      index,
      cpu,
      contexts: runner.contexts,
      points: this.#points,
      words: this.#words,
      step: () => runner.enter(1, false),
      forget: () => runner.forget(),
    });
    board.memory.onCodeWrite = (pa, length) => {
      const host = board.space.codeOffset(pa);
      if (host >= 0) this.#runner.written(host, length);
    };
    board.timers.onChange = () => {
      const next = board.timers.next();
      // Where instructions are time, a run ends at the deadline that was next when it began.
      const isInRun = core.clock.instructionsUntil(next) < this.#words[REMAINING]!;
      if (isInRun || next <= core.clock.now()) core.kick(EXIT_TIMER);
      else core.deadlines.changed();
    };
    this.#resetCpu();
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

  /** Answers what is asked of it, after a reset that was asked for before. */
  answer(question: AskedQuestion): unknown {
    if (this.#core.control.takeReset()) this.reset();
    return answer(this.#debugger, question);
  }

  /** Sees to what came up, then runs at most `instructions`. */
  step(instructions: number): Step {
    const core = this.#core;
    const { board, clock, control, counters } = core;
    const exits = core.takeExits();
    if (exits !== 0) this.#count(exits);
    if (control.wanted !== RUNNING) return 'stopped';
    if (control.takeReset()) this.reset();
    if ((exits & EXIT_WORK) !== 0) core.lock.with(() => board.poll());
    if (board.timers.next() <= clock.now()) {
      counters.add('exitsTimer');
      core.lock.with(() => board.timers.run(clock.now()));
    }
    const words = this.#words;
    if (words[RUN_STATE] !== CPU_RUNNING && !this.#wakes()) {
      this.deadline = board.timers.next();
      return 'idle';
    }
    if (this.cpu.cpu.takeInterrupt()) counters.add('interrupts');
    const budget = Math.min(instructions, clock.instructionsUntil(board.timers.next()));
    const retired = this.#tracer.isOn ? this.#tracer.run(budget, this.#runner) : this.#runner.run(budget);
    this.retired += retired;
    counters.add('instructions', retired);
    if (retired === budget) counters.add('exitsBudget');
    this.#runner.publish();
    return this.#debugger.takeHit() ?? 'ran';
  }

  /** Whether a CPU that waits goes on. */
  #wakes(): boolean {
    if (this.#words[RUN_STATE] !== HALTED || !this.cpu.cpu.wakes()) return false;
    Atomics.store(this.#words, RUN_STATE, CPU_RUNNING);
    return true;
  }

  #count(exits: number): void {
    const { counters } = this.#core;
    if ((exits & EXIT_INTERRUPT) !== 0) counters.add('exitsInterrupt');
    if ((exits & EXIT_WORK) !== 0) counters.add(this.#words[RUN_STATE] === CPU_RUNNING ? 'exitsWork' : 'halts');
    if ((exits & EXIT_STOP) !== 0) counters.add('exitsStop');
  }
}

function makeRunner(core: MachineCore, index: number, points: DebugPoints): { cpu: BoardCpu; runner: Runner } {
  const { arena, board, config, counters } = core;
  const { guest, stateStruct, space } = board;
  const state = board.states[index]!;
  let runner: Runner | undefined;
  // Whoever writes to code drops what was made of it: it is never out of date.
  const fenceCode = (): void => undefined;
  if (config.tier === 'oracle') {
    const contexts = new OracleContexts();
    const cpu = board.createCpu(index, { contexts, fenceCode });
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
      hostOfPc: () => -1,
      written() {},
      forget() {},
      publish() {},
    };
    return { cpu, runner };
  }
  const header = Header.at(arena.memory, state);
  const tlb = new SoftTlb(arena, header);
  const cpu = board.createCpu(index, { contexts: tlb, fenceCode });
  const engine = new Engine({
    arena,
    guest,
    cpu: cpu.cpu,
    stateStruct,
    state,
    space,
    tlb,
    pageFlags: board.memory.pageFlags,
    points,
    tiers: config.tier,
    optimizations: optimizationsWithout(config.without),
    counters: core.jitCounters,
    log: core.log,
    stress: config.stress && { names: config.stress, seed: Number(config.seed ?? 1n) },
  });
  runner = {
    contexts: tlb,
    run: (instructions) => engine.run(instructions),
    enter: (instructions, isOneBlock) => (isOneBlock ? engine.enterBlock(instructions) : engine.enter(instructions)),
    hostOfPc: () => engine.hostOfPc(),
    written: (host, length) => engine.written(host, length),
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
