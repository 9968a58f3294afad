/**
 * Signals of Linux by name (signal(7)): the same numbers on x86, ARM, RISC-V, PowerPC and s390, which are all that
 * there are to be here. Real-time signals have only numbers.
 */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

export const { SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGCONT, SIGSTOP, SIGCHLD } = SIGNALS;
/** The highest number. */
export const LAST_SIGNAL = 64;

const NAMES = new Map<number, string>(Object.entries(SIGNALS).map(([name, number]) => [number, name]));

/** SIGINT, or the number of a signal without a name. */
export const signalName = (signal: number): string => NAMES.get(signal) ?? String(signal);

/** Those of the engine's own faults: the host must not mask them. From outside they come as they are sent. */
export const FAULTS: readonly number[] = [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV];
/** Signals that are kept here: the host cannot, or uses them for itself (host/native-signals.ts). */
const OWN: readonly number[] = [...FAULTS, LAST_SIGNAL - 1, LAST_SIGNAL];

/** The place of a signal among those that are kept here and not by the host; -1 for all others. */
export const ownIndex = (signal: number): number => OWN.indexOf(signal);
export const OWN_SIGNALS: readonly number[] = OWN;

/** Whose default action is to do nothing: not to be taken for pending when that is the disposition. */
export const isIgnoredByDefault = (signal: number): boolean =>
  signal === SIGCHLD || signal === SIGCONT || signal === SIGNALS.SIGURG || signal === SIGNALS.SIGWINCH;

/** Whose default action is to stop the process, but for SIGSTOP. */
export const isStoppedByDefault = (signal: number): boolean =>
  signal === SIGNALS.SIGTSTP || signal === SIGNALS.SIGTTIN || signal === SIGNALS.SIGTTOU;
