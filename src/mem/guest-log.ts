import type { MachineLog } from './machine-log.ts';

/** Where mistakes of the guest are reported (`-d guest_errors`). Devices write one line, without a newline. */
export interface GuestLog {
  guestError(text: string): void;
}

/** A log that nobody reads. */
export const silentLog: MachineLog = { guestError() {}, has: () => false, covers: () => false, write() {} };
