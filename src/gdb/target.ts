/**
 * What gdb needs of whatever it looks at: a machine, or a process under user-mode emulation. Methods
 * that must reach another thread may be asynchronous. CPUs are numbered from 0.
 */
export interface DebugTarget {
  /** As gdb names it: `riscv:rv64`. */
  readonly architecture: string;
  /** How many CPUs (threads) there are. */
  readonly cpus: number;
  /** The first is the one whose registers `g` reads. All CPUs have the same. */
  features(): Maybe<readonly Feature[]>;
  isHalted(cpu: number): Maybe<boolean>;
  /** If it is a program: the operating system's numbers. */
  readonly process?: DebuggedProcess;

  readonly isRunning: boolean;
  /** Emits `stopped` once nothing runs any more, unless nothing did. */
  stop(): Maybe<void>;
  /** Emits `stopped` when it is over. Throws a UserError if the target cannot run. */
  resume(resumption: Resumption): Maybe<void>;
  /** It can go back: it repeats what was recorded. */
  readonly canReverse?: boolean;
  /** Goes back by an instruction, or to the last point before. Emits `stopped` when it is over. */
  reverse?(kind: 'step' | 'continue'): Maybe<void>;
  /** Ends it, as a debugger's `kill` does. */
  kill(): Maybe<void>;

  readRegisters(cpu: number, numbers: readonly number[]): Maybe<readonly (bigint | undefined)[]>;
  /** False: there is no such register, or it cannot be written. */
  writeRegister(cpu: number, number: number, value: bigint): Maybe<boolean>;
  /** Undefined if a byte of it is no memory. */
  readMemory(cpu: number, address: bigint, length: number, isPhysical: boolean): Maybe<Uint8Array | undefined>;
  writeMemory(cpu: number, address: bigint, bytes: Uint8Array, isPhysical: boolean): Maybe<boolean>;

  /** For all CPUs. False: no room. */
  addPoint(point: Point): Maybe<boolean>;
  /** False: there is no such point. */
  removePoint(point: Point): Maybe<boolean>;
  clearPoints(): Maybe<void>;

  /** Documents and tables by the name that qXfer has for them (GDB manual, "General Query Packets"). */
  readonly objects?: Readonly<Record<string, (annex: string) => Uint8Array | undefined>>;
  /** Where its segments lie, for qOffsets: what is to be added to the addresses of its file. */
  offset?(): bigint;
  /** Files as the program sees them. */
  readonly files?: HostFiles;
  /** Signals, as gdb numbers them, of which nobody needs to hear. */
  passSignals?(signals: ReadonlySet<number>): void;

  /** Runs a line of the human monitor; gives what it prints, with `\r\n` as line end. */
  monitor?(line: string): Maybe<string>;
  subscribe(listener: (event: TargetEvent) => void): () => void;
}

export type Maybe<T> = T | Promise<T>;

export interface DebuggedProcess {
  readonly pid: number;
  /** The thread that has a number, or -1. */
  cpuOf(thread: number): number;
  /** The number of a thread; undefined: there is none now. */
  threadOf(cpu: number): number | undefined;
}

/** gdb's "Host I/O": each gives a negative error number of gdb's where it fails. */
export interface HostFiles {
  open(path: string, flags: number, mode: number): number;
  close(fd: number): number;
  read(fd: number, length: number, offset: number): Uint8Array | number;
  /** As `struct stat` of gdb's protocol. */
  stat(fd: number): Uint8Array | number;
  readlink(path: string): Uint8Array | number;
}

export interface Resumption {
  /** CPUs that execute one instruction; then all stop. */
  readonly steps: ReadonlySet<number>;
  /** CPUs that run on. */
  readonly runs: ReadonlySet<number>;
  readonly how: StepOptions;
  /** Signals, as gdb numbers them, that CPUs go on with; without, that for which they stopped is dropped. */
  readonly signals?: ReadonlyMap<number, number>;
}

export interface StepOptions {
  /** An interrupt that is pending is taken instead of the instruction. */
  readonly takesInterrupts: boolean;
  /** The target's time goes on meanwhile. */
  readonly runsTimers: boolean;
}

export type TargetEvent =
  | { readonly name: 'stopped'; readonly stop: Stop }
  /** It has ended, with this exit status. */
  | { readonly name: 'exited'; readonly status: number }
  /** A signal, as gdb numbers them, has ended it. */
  | { readonly name: 'killed'; readonly signal: number };

/** Why it stopped: a point or step of a CPU's, or for a reason that gdb calls a signal. */
export type Stop =
  | {
      readonly kind: 'debug';
      readonly cpu: number;
      readonly watch?: Point;
      /** On its way back it came to where the recording begins. */
      readonly isBeginning?: boolean;
    }
  | { readonly kind: 'signal'; readonly signal: number; readonly cpu?: number };

export interface Register {
  readonly name: string;
  readonly number: number;
  readonly bits: number;
  /** A type that gdb knows. */
  readonly type: string;
}

/** A feature of gdb's target descriptions. */
export interface Feature {
  readonly name: string;
  /** Of the document that describes it. */
  readonly file: string;
  readonly registers: readonly Register[];
}

export interface Point {
  readonly kind: 'break' | 'write' | 'read' | 'access';
  readonly address: bigint;
  readonly length: bigint;
}
