/**
 * Host signals, as one thread sees them. The host's mask is meant to be the guest's: then the kernel keeps what is masked,
 * chooses the thread, and signalfd, sigtimedwait and the masks of ppoll mean what they say.
 */
export interface NativeSignals {
  /** siginfo of the last signal taken, 128 bytes as the kernel wrote them. */
  readonly siginfo: DataView;

  /**
   * From now on `signal` (1 to 62; not SIGKILL, SIGSTOP) is noted, in whichever thread the kernel chooses. Calls of the
   * kernel return EINTR. For the process. Of SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGTRAP only those are noted that a
   * program sent; a fault of ours ends the process, or is the engine's.
   * SIGSEGV should be caught from the start: one from outside would disarm the engine's traps. `flags`: SA_NOCLDSTOP and
   * SA_NOCLDWAIT, which are for the kernel.
   */
  catch(signal: number, flags?: number): void;
  /** Of SIGSEGV, `ignore` and `default` are `catch`: whoever takes it does what is to be done. */
  ignore(signal: number): void;
  default(signal: number, flags?: number): void;

  /**
   * The signal that arrived, or 0. After it nothing arrives until `setMask` or `release`: from arrival on everything is
   * masked. So read `siginfo` first. Attention's SIGNAL is lowered.
   */
  take(): number;
  /** Puts the mask back that was in force when the signal arrived. */
  release(): void;
  /** The thread's mask, bit n - 1 for signal n, in halves. What must not be masked is left out. */
  setMask(low: number, high: number): void;
  mask(): { low: number; high: number };

  /** A signal is also to set `bits` in the word at `offset` of the shared memory: the guest CPU's exit word. */
  raiseOnSignal(offset: number, bits: number): void;

  /** Interrupts the blocking call of a thread of ours (by its number in the operating system), raises its attention's
   * KICK and its exit word. It is not lost if no call is under way. */
  kick(thread: number): void;
  /** Lowers the calling thread's KICK. */
  endKick(): void;
  /** Makes threads that are not the guest's deaf: whatever of the process's signals one gets it hands to the first thread. */
  hushOthers(): void;

  /** Ends as the default action of `signal` does, so that our parent sees that. `core` permits a core file. */
  die(signal: number, core: boolean): never;
  /** Ends the process at once; nothing of Node runs any more. */
  exit(status: number): never;
}
