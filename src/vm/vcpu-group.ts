import type { Start } from '../board/site.ts';
import { CPU_HEADER, EXIT_TIMER } from '../mem/cpu.ts';
import { struct } from '../mem/struct.ts';
import type { MachineCore } from './core.ts';
import { Vcpu, type Step } from './vcpu.ts';
import type { VcpuControl } from './vcpu-control.ts';
import type { AskedQuestion } from './vcpu-questions.ts';

/** Most instructions of a vCPU before the next one of the thread has its turn. */
const TURN = 200_000;

/** In the words that say whose turn it is: the vCPU, and the instructions that are left of its turn. */
const WHOSE = 0;
const LEFT = 1;

const Header = struct(CPU_HEADER);
const REMAINING = Header.offsetOf.remaining / 4;

/** The vCPUs of one thread, which it runs in turn. */
export class VcpuGroup {
  /** Virtual time until which idle vCPUs have nothing to do. */
  deadline = Infinity;
  readonly vcpus: readonly Vcpu[];
  readonly #core: MachineCore;
  readonly #control: VcpuControl;
  readonly #thread: number;
  readonly #headers: readonly Int32Array[];
  /** Whose turn it is or was: devices that its accesses reach run in its name. */
  #current: Vcpu;

  constructor(core: MachineCore, thread: number, start: Start) {
    const { board } = core;
    this.#core = core;
    this.#thread = thread;
    this.#control = core.controls[thread]!;
    this.vcpus = core.vcpusOf(thread).map((index) => new Vcpu(core, index, start));
    this.#current = this.vcpus[0]!;
    const { buffer } = core.arena.memory;
    this.#headers = board.states.map((state) => new Int32Array(buffer, state, Header.size / 4));
    board.memory.onCodeWrite = (pa, length) => {
      const host = board.space.codeOffset(pa);
      if (host >= 0) this.#current.written(host, length);
    };
    board.timers.onChange = (owner) => this.#deadlineChanged(owner);
  }

  #deadlineChanged(owner: number): void {
    const { board, clock, deadlines } = this.#core;
    const vcpu = Math.max(0, owner);
    const next = board.timers.nextOf(vcpu);
    // Where instructions are time, a run ends at the deadline that was next when it began.
    const { index } = this.#current;
    if (clock.instructionsUntil(next) < this.#headers[index]![REMAINING]!) this.#core.kick(EXIT_TIMER, index);
    else if (next <= clock.now()) this.#core.kick(EXIT_TIMER, vcpu);
    else deadlines.changed(board.timers);
  }

  /** Lets one vCPU run for at most `instructions`, if there is one that has something to do. */
  step(instructions: number): Step {
    this.#reset();
    const { vcpus } = this;
    if (vcpus.length > 1) return this.#inTurn(instructions);
    const [vcpu] = vcpus;
    const did = vcpu!.step(instructions);
    this.deadline = vcpu!.deadline;
    return did;
  }

  #inTurn(instructions: number): Step {
    const { vcpus } = this;
    const { turn, timed } = this.#core;
    this.deadline = Infinity;
    for (let looks = 0; looks < vcpus.length; looks++) {
      const vcpu = vcpus[turn[WHOSE]! % vcpus.length]!;
      this.#current = vcpu;
      if (turn[LEFT] === 0 || turn[LEFT]! > TURN) turn[LEFT] = TURN;
      const before = vcpu.retired;
      const did = vcpu.step(Math.min(instructions, turn[LEFT]!));
      if (did === 'stopped' || did === 'blocked') return did;
      this.#spend(vcpu.retired - before);
      // Where runs can be repeated a turn ends for what the guest does, not when the host has something to say.
      const isOver = turn[LEFT] === 0 || vcpus.some((other) => other !== vcpu && other.isReady);
      if (did === 'ran' && timed !== undefined && !isOver) return did;
      this.#next();
      if (did !== 'idle') return did;
      this.deadline = Math.min(this.deadline, vcpu.deadline);
    }
    return 'idle';
  }

  #spend(retired: number): void {
    const { turn } = this.#core;
    turn[LEFT] = Math.max(0, turn[LEFT]! - retired);
  }

  #next(): void {
    const { turn } = this.#core;
    turn[LEFT] = 0;
    turn[WHOSE] = (turn[WHOSE]! + 1) % this.vcpus.length;
  }

  /** The number of the vCPU that had the last turn. */
  get current(): number {
    return this.#current.index;
  }

  answer(question: AskedQuestion): unknown {
    this.#reset();
    this.#current = this.vcpus.find(({ index }) => index === question.vcpu)!;
    const before = this.#current.retired;
    const answer = this.#current.answer(question);
    // What it finished is part of its turn.
    const finished = this.#current.retired - before;
    if (finished > 0) this.#spend(finished);
    if (finished > 0 && this.#core.turn[LEFT] === 0) this.#next();
    return answer;
  }

  /** Starts all anew if that was asked for. */
  #reset(): void {
    if (!this.#control.takeReset()) return;
    for (const vcpu of this.vcpus) vcpu.reset();
  }

  /** None runs until the next step. */
  leave(): void {
    for (const vcpu of this.vcpus) vcpu.leave();
  }

  /** Blocks the thread until something is to be done or the time is up. */
  rest(milliseconds: number): void {
    this.leave();
    this.#core.board.exits.wait(this.#core.config.isParallel ? this.#thread : 0, milliseconds);
  }
}
