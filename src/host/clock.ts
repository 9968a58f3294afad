/** Time, in nanoseconds. */
export interface Clock {
  now(): number;
}

/** The host's clocks. */
export interface HostClock extends Clock {
  /** Monotonic, from an origin that all threads of the process share. */
  now(): number;
  /** Seconds since 1970 with a fraction, as the host's calendar has it. */
  wall(): number;
  /** Milliseconds that this thread has had a processor, or where that is not told that have gone by, from any origin. */
  worked(): number;
}
