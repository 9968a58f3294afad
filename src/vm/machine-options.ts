import type { BlockDrive } from '../block/drive.ts';
import type { BootFiles } from '../board/site.ts';
import type { CharBackend } from '../char/backend.ts';
import type { ByteSink } from './byte-pipe.ts';
import type { MachineConfig } from './config.ts';
import type { LogSink } from './log-pipe.ts';
import type { Recorded } from './replay/log.ts';
import type { MachineThreads } from './vcpus.ts';

/** What a machine is made of. */
export interface MachineOptions {
  readonly config: MachineConfig;
  readonly files: BootFiles;
  /** Reads them anew when the machine is reset; without it they stay in the host's memory. */
  readonly readAgain?: (() => Promise<BootFiles>) | undefined;
  /** By the names in the configuration. */
  readonly chars?: ReadonlyMap<string, CharBackend>;
  readonly drives?: ReadonlyMap<string, BlockDrive>;
  /** Without them the vCPU runs on the calling thread, between its other work. */
  readonly threads?: MachineThreads | undefined;
  /** The guest's reset ends the machine. */
  readonly noReboot?: boolean;
  /** The guest's power-off only stops the machine. */
  readonly noShutdown?: boolean;
  /** Its state will come from elsewhere before it runs: nothing is loaded into its memory. */
  readonly awaitsState?: boolean;
  /** Takes what is recorded, of a machine whose configuration says so. */
  readonly recording?: { readonly recorded: Recorded; readonly sink: ByteSink } | undefined;
  /** Takes what is logged. */
  readonly log?: LogSink;
}
