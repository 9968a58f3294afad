import type { DebugFeature, DebugPoint } from '../mem/debug.ts';
import type { Journey } from './replay/travel.ts';

/** How a single step is made. */
export interface StepOptions {
  /** An interrupt that is pending is taken instead of the instruction. */
  readonly takesInterrupts: boolean;
  /** The machine's time goes on meanwhile. */
  readonly runsTimers: boolean;
}

/** Why a vCPU stopped by itself. */
export type DebugStop =
  | { readonly kind: 'break' | 'step' }
  | { readonly kind: 'watch'; readonly point: DebugPoint }
  /** A replay came to where it was to go, or to its beginning on its way back. */
  | { readonly kind: 'seek' | 'begin' };

/**
 * What can be asked of a vCPU on its thread, whether it runs or stands still. Arguments travel through
 * a `Mailbox`, answers as structured clones.
 */
export interface VcpuQuestions {
  /** `info registers`. */
  registersText(): readonly string[];
  /** Registers as a debugger knows them. */
  debugFeatures(): readonly DebugFeature[];
  isHalted(): boolean;
  readRegisters(numbers: readonly number[]): (bigint | undefined)[];
  writeRegister(number: number, value: bigint): boolean;
  /** Undefined if a byte of it is no memory. Devices are not disturbed. */
  readMemory(address: bigint, length: number, isPhysical: boolean): Uint8Array | undefined;
  /** False, and nothing is written, if a byte of it is no memory. */
  writeMemory(address: bigint, bytes: readonly number[], isPhysical: boolean): boolean;
  /** False if there are too many. */
  addPoint(point: DebugPoint): boolean;
  /** False if there is no such point. */
  removePoint(point: DebugPoint): boolean;
  clearPoints(): void;
  /** Of a replay that stands still: where it goes when it runs next. */
  travel(journey: Journey): void;
  /** Of a replay: it goes nowhere in particular any more. */
  endJourney(): void;
  /** Of a replay: it stops, once, where so many instructions are retired; undefined: no more. */
  setReplayBreak(count: number | undefined): void;
  /** Goes on to where an instruction has just been retired, or to where the CPU waits: an instant with a name. */
  finishInstruction(): void;
  /** Carries out a reset that was asked for, and lets devices see what their back ends have done. */
  settle(): void;
  /** The machine's state is another one: what was made of the old one is forgotten. */
  stateReplaced(): void;
  /** Executes one instruction, or enters the handler of an exception or interrupt. It must stand still. */
  step(how: StepOptions): DebugStop;
}

export type Question = keyof VcpuQuestions;

/** A question on its way. */
export interface AskedQuestion {
  readonly vcpu: number;
  readonly name: Question;
  readonly args: readonly unknown[];
}

/** Answers a question that came through a mailbox. */
export function answer(questions: VcpuQuestions, { name, args }: AskedQuestion): unknown {
  return (questions[name] as (...args: readonly unknown[]) => unknown).apply(questions, [...args]);
}

/** Asks a vCPU, wherever it is. */
export type AskVcpu = <Q extends Question>(
  vcpu: number,
  name: Q,
  ...args: Parameters<VcpuQuestions[Q]>
) => Promise<ReturnType<VcpuQuestions[Q]>>;
