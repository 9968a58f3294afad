import type { NativeFork } from '../../host/native-fork.ts';
import type { NativeThread } from '../../host/native.ts';
import type { ThreadDebugger } from '../debug/thread-debugger.ts';
import type { GuestProcess } from '../process.ts';
import type { ThreadSignals } from '../signals/thread-signals.ts';
import type { Scratch } from '../scratch.ts';
import type { ThreadShared } from '../thread-shared.ts';

/** A thread of the guest inside a system call: its arguments, and whom they concern. */
export interface Caller {
  readonly process: GuestProcess;
  /** How this thread asks the host's kernel. */
  readonly host: NativeThread;
  /** How it copies the process. */
  readonly forker: NativeFork;
  readonly signals: ThreadSignals;
  readonly debugger: ThreadDebugger | undefined;
  readonly stackPointer: number;
  /** Memory for what a call's arguments become for the host; free again when the next one begins. */
  readonly scratch: Scratch;
  /** What of the thread lies in shared memory. */
  readonly shared: ThreadShared;
  /** Halves of an argument as the guest's register has it. */
  low(index: number): number;
  high(index: number): number;
  /** Gives a thread that was taken this one's registers, as after the call, but for some. */
  cloneInto(thread: ThreadShared, changes: { readonly stack: number; readonly tls: number | undefined }): void;
  /** Ends this thread of the guest alone. */
  end(status: number): void;
  /** All threads end, and the process with this status. */
  endProcess(status: number): never;
  /** An argument as an unsigned number: exact below 2^53. */
  value(index: number): number;
  /** An argument as an address: below 2^32 if it may be one of the window, else Infinity. */
  address(index: number): number;
  /** Sets an integer register of the thread, to a number below 2^53. */
  setRegister(register: number, value: number): void;
  /** Forgets all code that was translated: that of a program that is no more. */
  forgetCode(): void;
  /** The thread goes on with the first instruction of a new program: the call does not return. */
  begin(pc: number, stack: number): void;
}
