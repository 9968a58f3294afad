import { PROT_READ, PROT_WRITE } from './memory/pages.ts';
import type { GuestThread } from './thread.ts';

const FUTEX_WAKE = 1;
/** Bits of a robust futex (linux/futex.h): who holds it, and what the kernel notes. */
const TID_MASK = 0x3fff_ffff;
const OWNER_DIED = 0x4000_0000;
const WAITERS = 0x8000_0000 | 0;
/** Locks of a list that are looked at: it may be a ring. */
const MOST_LOCKS = 2048;

/** What Linux does with a thread's memory when it ends: locks that it held are given up, and who waits for its end hears. */
export function releaseThread(thread: GuestThread): void {
  const { shared, process } = thread;
  releaseLocks(thread);
  const address = shared.clearTid;
  shared.clearTid = 0;
  if (address === 0 || !process.memory.pages.permits(address, 4, PROT_WRITE)) return;
  process.memory.setU32(address, 0);
  wake(thread, address);
}

/** Gives up the locks of a thread's robust list (linux/futex.h, robust_list_head). */
export function releaseLocks(thread: GuestThread): void {
  const { shared, process } = thread;
  const { memory } = process;
  const head = shared.robustList;
  shared.robustList = 0;
  if (head === 0 || !memory.pages.permits(head, 24, PROT_READ)) return;
  // Most are negative.
  const distance = memory.view.getInt32(head + 12, true) * 2 ** 32 + memory.u32(head + 8);
  // It may have ended just before it entered a lock into the list, or took it out.
  const pending = memory.u64(head + 16);
  let entry = memory.u64(head);
  for (let count = 0; clean(entry) !== head && count < MOST_LOCKS; count++) {
    if (!memory.pages.permits(clean(entry), 8, PROT_READ)) break;
    // The next one is read first: who gets the lock may free it.
    const next = memory.u64(clean(entry));
    if (clean(entry) !== clean(pending)) giveUp(thread, clean(entry) + distance);
    entry = next;
  }
  if (clean(pending) !== 0) giveUp(thread, clean(pending) + distance);
}

/** Bit 0 tells a lock with priority inheritance. */
const clean = (pointer: number): number => pointer - (pointer % 2);

function giveUp(thread: GuestThread, address: number): void {
  const { memory } = thread.process;
  if (address % 4 !== 0 || !memory.pages.permits(address, 4, PROT_READ | PROT_WRITE)) return;
  const words = new Int32Array(memory.bytes.buffer, memory.hostOffset(address), 1);
  for (;;) {
    const before = Atomics.load(words, 0);
    if ((before & TID_MASK) !== thread.shared.tid) return;
    if (Atomics.compareExchange(words, 0, before, (before & WAITERS) | OWNER_DIED) !== before) continue;
    if ((before & WAITERS) !== 0) wake(thread, address);
    return;
  }
}

function wake({ host, process }: GuestThread, address: number): void {
  host.at(0, process.memory.hostOffset(address));
  host.int(1, FUTEX_WAKE);
  host.int(2, 1);
  host.call(host.numbers.futex);
}
