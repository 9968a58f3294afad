/** `query-status`, as far as a machine gets into those states; the spelling is QEMU's. */
export const RUN_STATES = [
  'prelaunch',
  'running',
  'paused',
  'debug',
  'shutdown',
  'internal-error',
  'inmigrate',
  'finish-migrate',
  'postmigrate',
  'save-vm',
  'restore-vm',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const isRunState = (value: unknown): value is RunState => RUN_STATES.some((state) => state === value);

/** Why the machine ended or starts anew. */
export type Cause =
  | 'host-qmp-quit'
  | 'host-qmp-system-reset'
  | 'host-signal'
  | 'host-ui'
  | 'guest-shutdown'
  | 'guest-reset';

/** `guest`: the guest asked for it, not somebody outside. */
export interface CauseData {
  readonly guest: boolean;
  readonly reason: Cause;
}

/** How far a machine that goes to another process is; the spelling is QEMU's. */
export type MigrationStatus = 'none' | 'setup' | 'active' | 'cancelling' | 'cancelled' | 'completed' | 'failed';

export type MachineEvent =
  | { readonly name: 'STOP' | 'RESUME' | 'POWERDOWN' }
  | { readonly name: 'MIGRATION'; readonly data: { readonly status: MigrationStatus } }
  | { readonly name: 'SHUTDOWN' | 'RESET'; readonly data: CauseData };

/** How a machine ended. */
export interface Ending {
  readonly cause: Cause;
  /** The exit status that the guest asked for; 0 if it was not the guest. */
  readonly code: number;
}

export const causeData = (reason: Cause): CauseData => ({ guest: reason.startsWith('guest-'), reason });
