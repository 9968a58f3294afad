/**
 * siginfo_t of 64-bit Linux (include/uapi/asm-generic/siginfo.h): the same on all such architectures, so what the
 * host's kernel writes is passed on as it is.
 */
export const SIGINFO_BYTES = 128;

const ERRNO = 4;
const CODE = 8;
/** The union of what kinds of signals tell. */
const ADDRESS = 16;
const PID = 16;
const UID = 20;

export const SI_USER = 0;
export const SI_KERNEL = 128;
export const SI_TKILL = -6;
export const ILL_ILLOPC = 1;
export const SEGV_MAPERR = 1;
export const SEGV_ACCERR = 2;
export const BUS_ADRALN = 1;
export const BUS_ADRERR = 2;
export const TRAP_BRKPT = 1;

export interface Fault {
  readonly signal: number;
  readonly code: number;
  /** si_addr, in halves. */
  readonly low: number;
  readonly high: number;
}

function begin(view: DataView, signal: number, code: number): void {
  for (let at = 0; at < SIGINFO_BYTES; at += 4) view.setInt32(at, 0, true);
  view.setInt32(0, signal, true);
  view.setInt32(ERRNO, 0, true);
  view.setInt32(CODE, code, true);
}

/** An instruction's fault. */
export function writeFault(view: DataView, { signal, code, low, high }: Fault): void {
  begin(view, signal, code);
  view.setInt32(ADDRESS, low, true);
  view.setInt32(ADDRESS + 4, high, true);
}

/** What a process sent by kill (SI_USER) or tkill (SI_TKILL). */
export function writeSent(view: DataView, signal: number, code: number, pid: number, uid: number): void {
  begin(view, signal, code);
  view.setInt32(PID, pid, true);
  view.setInt32(UID, uid, true);
}

/** What the kernel itself makes, for no instruction in particular. */
export const writeKernel = (view: DataView, signal: number): void => begin(view, signal, SI_KERNEL);

export const readCode = (view: DataView): number => view.getInt32(CODE, true);
