import type { HostClock } from '../host/clock.ts';
import { VirtualClock } from '../host/virtual-clock.ts';
import { Deadlines, type DeadlinesPlace } from '../hw/deadlines.ts';
import { EXIT_TIMER } from '../mem/cpu.ts';
import { ExitWords } from '../mem/exit-words.ts';
import { DeadlineBoard } from './deadline-board.ts';
import { ENDED } from './vcpu-control.ts';

/** What the timer's thread is given: where in the machine's memory those few things lie that it looks at. */
export interface TimerData {
  readonly memory: WebAssembly.Memory;
  /** Address of the DeadlineBoard. */
  readonly board: number;
  readonly deadlines: DeadlinesPlace;
  /** Address of the VirtualClock. */
  readonly clock: number;
  /** See ExitWords. */
  readonly states: readonly number[];
  readonly sharesThread: boolean;
}

/** Interrupts a vCPU that runs when a deadline passes. Returns when the machine has ended. */
export function runTimerThread(data: TimerData, host: HostClock): void {
  const { memory } = data;
  const board = new DeadlineBoard(memory.buffer, data.board);
  const deadlines = new Deadlines(memory.buffer, data.deadlines);
  const clock = new VirtualClock(host, memory.buffer, data.clock);
  const exits = new ExitWords(memory, data.states, data.sharesThread);
  // What is wanted is sampled by wait() itself: a change between these two lines rings before it.
  while (board.wanted !== ENDED) board.wait(deadlines, clock, (vcpu) => exits.kick(vcpu, EXIT_TIMER));
}
