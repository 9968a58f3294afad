/** Time as the machine sees it. It is injected, so that a run can be repeated. */
export interface Clock {
  /** Nanoseconds of virtual time since the machine was made; stands still while it is stopped. */
  now(): number;
  /** Seconds since 1970-01-01 that the machine's real-time clocks show now (`-rtc`). */
  wallSeconds(): number;
}
