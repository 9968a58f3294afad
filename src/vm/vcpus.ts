import type { Replayed } from './replay/replayer.ts';
import type { AskVcpu, DebugStop } from './vcpu-questions.ts';

/** The vCPUs of a machine as the main thread sees them, whatever threads they are on. */
export interface Vcpus {
  /** Resolves once they could run. */
  readonly ready: Promise<void>;
  /** They run, starting anew if a reset was requested. */
  start(): void;
  /** Resolves once they stand still. */
  park(): Promise<void>;
  /** They start anew when they next run. */
  requestReset(): void;
  readonly ask: AskVcpu;
  /** The host's number of the thread that runs a vCPU, if it says. */
  threadOf(vcpu: number): number | undefined;
  /** Ends their threads. */
  end(): Promise<void>;
}

/** What a vCPU asks of the machine it is in. */
export interface VcpuEvents {
  /** The guest switched the machine off. The vCPU that did it stands still. */
  shutdown(code: number): void;
  /** The guest resets the machine. The vCPU that did it stands still. */
  reset(): void;
  /** A recording did this to the machine. The vCPUs stand still. */
  replayed(happening: Replayed): void;
  /** A vCPU stopped where a debugger wants it. */
  debug(vcpu: number, stop: DebugStop): void;
  /** A thread died of an error of ours. */
  failed(error: unknown): void;
}

/** The modules that threads run, which only the host's folder can name. */
export interface MachineThreads {
  readonly vcpu: URL;
  readonly timer: URL;
}
