/** Structures of signals whose layout is the architecture's own; offsets in bytes. */
export interface SignalLayout {
  /** struct sigaction as rt_sigaction has it. */
  readonly action: {
    readonly bytes: number;
    readonly handler: number;
    readonly flags: number;
    readonly mask: number;
    /** Where the architecture lets the program say how handlers return. */
    readonly restorer: number | undefined;
  };
  /** What lies on the stack of a handler: struct rt_sigframe. */
  readonly frame: {
    readonly bytes: number;
    readonly alignment: number;
    readonly siginfo: number;
    readonly ucontext: number;
  };
  /** struct ucontext; `machine` is uc_mcontext, which the CPU writes (UserCpu.saveContext). */
  readonly ucontext: {
    readonly flags: number;
    readonly link: number;
    readonly stack: number;
    readonly mask: number;
    readonly machine: number;
  };
}
