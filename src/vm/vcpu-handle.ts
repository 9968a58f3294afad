import type { AskVcpu, DebugStop } from './vcpu-questions.ts';

/** A vCPU as the main thread sees it, whatever thread it is on. */
export interface VcpuHandle {
  /** Resolves once it could run. */
  readonly ready: Promise<void>;
  /** Runs, starting anew if a reset was requested. */
  start(): void;
  /** Resolves once it stands still. */
  park(): Promise<void>;
  /** Starts anew when it next runs. */
  requestReset(): void;
  readonly ask: AskVcpu;
  /** Ends its thread. */
  end(): Promise<void>;
}

/** What a vCPU asks of the machine it is in. */
export interface VcpuEvents {
  /** The guest switched the machine off. The vCPU stands still. */
  shutdown(code: number): void;
  /** The guest resets the machine. The vCPU stands still. */
  reset(): void;
  /** It stopped where a debugger wants it. */
  debug(stop: DebugStop): void;
  /** Its thread died of an error of ours. */
  failed(error: unknown): void;
}

/** The modules that threads run, which only the host's folder can name. */
export interface MachineThreads {
  readonly vcpu: URL;
  readonly timer: URL;
}
