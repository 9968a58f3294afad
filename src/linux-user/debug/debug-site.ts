/** What a debugged program needs of the layers above this one: whoever speaks gdb's protocol, and the host's files. */
import type { ProgramDebugTarget } from './program-target.ts';

/** A debugger on the other side of a connection. */
export interface DebugSession {
  /** Bytes from it. Asks the target, and answers, before it returns. */
  feed(bytes: Uint8Array): void;
  close(): void;
  readonly state: DebugSessionState;
}

/** What another thread needs to know to go on with a connection. */
export interface DebugSessionState {
  readonly hasAcks: boolean;
  readonly isMultiprocess: boolean;
  readonly owesStop: boolean;
}

/** Files as the debugger sees them: those of the program. */
export interface DebugFiles {
  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  read(fd: number, length: number, offset: number): Uint8Array | number;
  stat(fd: number): Uint8Array | number;
  readlink(path: string): Uint8Array | number;
}

export interface DebugSite {
  readonly files: DebugFiles;
  open(target: ProgramDebugTarget, write: (bytes: Uint8Array) => void, state: DebugSessionState): DebugSession;
}
