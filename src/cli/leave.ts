/** How long something that nobody closed may keep a program that has nothing left to do. */
const LINGER_MS = 2000;

/**
 * Lets the process end by itself, which it does at once if all that it opened is closed.
 *
 * `process.exit()` is for an emergency here: it waits for the threads on which V8 compiles, and one of these
 * may be waiting for this thread to collect garbage. Both then wait for ever; of some 800 short runs on two
 * busy cores one did.
 */
export function leave(): void {
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

/** Longest delay that a timer can have. */
const LONG_MS = 2 ** 31 - 1;

/** Runs a program to its end. It may wait for what keeps no process alive by itself: an unreferenced timer, a ring of a thread that has gone. */
export async function toTheEnd(program: () => Promise<number>): Promise<number> {
  const stay = setInterval(() => {}, LONG_MS);
  try {
    return await program();
  } finally {
    clearInterval(stay);
  }
}
