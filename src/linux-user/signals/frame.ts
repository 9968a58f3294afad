import type { Abi } from '../abi/abi.ts';
import type { UserCpu } from '../abi/cpu.ts';
import { PROT_READ, PROT_WRITE } from '../memory/pages.ts';
import type { UserMemory } from '../memory/user-memory.ts';
import { SA_ONSTACK, type SignalAction } from './actions.ts';
import type { AlternateStack } from './alternate-stack.ts';
import { readSet, UNMASKABLE, writeSet, type SignalSet } from './signal-set.ts';

/** Where the frame of a handler is to lie, for a stack pointer; -1 if that cannot be written. */
export function placeFrame(
  abi: Abi,
  memory: UserMemory,
  stack: AlternateStack,
  pointer: number,
  action: SignalAction,
): number {
  const { bytes, alignment } = abi.signals.frame;
  const isThere = stack.holds(pointer);
  const top = (action.flags & SA_ONSTACK) !== 0 && !isThere ? (stack.top ?? pointer) : pointer;
  const at = Math.floor((top - bytes) / alignment) * alignment;
  // A handler on the alternate stack may need more of it than there is.
  if (isThere && !stack.holds(top - bytes)) return -1;
  return memory.pages.permits(at, bytes, PROT_WRITE) ? at : -1;
}

export interface FrameContents {
  readonly info: Uint8Array;
  /** What is to be in force again afterwards. */
  readonly mask: Readonly<SignalSet>;
  readonly stack: AlternateStack;
  readonly pointer: number;
}

/** Writes a frame: siginfo and all registers. */
export function writeFrame(
  abi: Abi,
  cpu: UserCpu,
  memory: UserMemory,
  at: number,
  { info, mask, stack, pointer }: FrameContents,
): void {
  const { frame, ucontext } = abi.signals;
  memory.bytes.fill(0, at, at + frame.bytes);
  memory.bytes.set(info, at + frame.siginfo);
  const context = at + frame.ucontext;
  stack.describe(memory.view, context + ucontext.stack, pointer);
  writeSet(memory.view, context + ucontext.mask, mask);
  cpu.saveContext(memory.view, context + ucontext.machine);
  memory.wrote(at, frame.bytes);
}

/** The mask that a frame brings back; undefined where no frame can be. */
export function frameMask(abi: Abi, memory: UserMemory, at: number): SignalSet | undefined {
  const { frame, ucontext } = abi.signals;
  if (at % frame.alignment !== 0 || !memory.pages.permits(at, frame.bytes, PROT_READ)) return undefined;
  const { low, high } = readSet(memory.view, at + frame.ucontext + ucontext.mask);
  return { low: low & ~UNMASKABLE, high };
}

/** Takes registers from a frame; false if they are none. */
export const restoreFrame = (abi: Abi, cpu: UserCpu, memory: UserMemory, at: number): boolean =>
  cpu.restoreContext(memory.view, at + abi.signals.frame.ucontext + abi.signals.ucontext.machine);

/** Where a frame has its stack_t. */
export const frameStack = (abi: Abi, at: number): number =>
  at + abi.signals.frame.ucontext + abi.signals.ucontext.stack;

export const frameInfo = (abi: Abi, at: number): number => at + abi.signals.frame.siginfo;
export const frameContext = (abi: Abi, at: number): number => at + abi.signals.frame.ucontext;
