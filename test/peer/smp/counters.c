/* Counters, locks and every atomic operation, from all harts at once: sums must be right. */
#include "smp.h"

#ifndef ROUNDS
#define ROUNDS 20000
#endif

static LINE volatile u64 added, swapped, by_reservation, locked, ticketed, inverted, set, cleared, least, most;
static LINE volatile u32 added_word, by_reservation_word, least_word, most_word;
static LINE volatile u32 lock;
static LINE volatile u32 next_ticket, now_serving;
static LINE volatile u64 taken[HARTS_MAX * 8];

#define AMO(op, old, at, value) \
  __asm__ volatile(op " %0, %2, %1" : "=r"(old), "+A"(at) : "r"(value) : "memory")

static void body(u64 hart) {
  u64 old;
  u64 sum = 0;
  /* All at the same time. */
  barrier();
  for (u64 i = 0; i < ROUNDS; i++) {
    AMO("amoadd.d", old, added, 3l);
    AMO("amoadd.w.aqrl", old, added_word, -5l);
    AMO("amoxor.d", old, inverted, 1ul << (8 * hart));
    AMO("amoor.d.rl", old, set, 1ul << ((i + hart * 8) & 63));
    AMO("amoand.d.aq", old, cleared, ~(1ul << ((i + hart * 8) & 63)));
    AMO("amomax.d", old, most, (long)(i * 8 + hart) - 1000);
    AMO("amomin.d", old, least, 1000 - (long)(i * 8 + hart));
    AMO("amomaxu.w", old, most_word, (u32)(i * 8 + hart));
    AMO("amominu.w", old, least_word, ~(u32)(i * 8 + hart));
    /* Whoever swaps takes what is there and leaves its own: nothing is lost or seen twice. */
    AMO("amoswap.d", old, swapped, i + 1);
    sum += old;
    u64 failed;
    do {
      __asm__ volatile("lr.d.aq %0, %2\n addi %0, %0, 7\n sc.d.rl %1, %0, %2"
                       : "=&r"(old), "=&r"(failed), "+A"(by_reservation)::"memory");
    } while (failed);
    do {
      __asm__ volatile("lr.w %0, %2\n addi %0, %0, 1\n sc.w %1, %0, %2"
                       : "=&r"(old), "=&r"(failed), "+A"(by_reservation_word)::"memory");
    } while (failed);
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE)) relax();
    locked = locked + 1;
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    u32 ticket = __atomic_fetch_add(&next_ticket, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&now_serving, __ATOMIC_ACQUIRE) != ticket) relax();
    ticketed = ticketed + 1;
    __atomic_store_n(&now_serving, ticket + 1, __ATOMIC_RELEASE);
  }
  taken[hart * 8] = sum;
}

static int is(const char *name, u64 value, u64 wanted) {
  report(name, value);
  if (value == wanted) return 1;
  report("  but it should be", wanted);
  return 0;
}

int run(void) {
  cleared = ~0ul;
  least_word = ~0u;
  least = 1ul << 40;
  most = -(1ul << 40);
  on_harts(harts, body);
  u64 total = harts * ROUNDS;
  u64 last = (ROUNDS - 1) * 8 + harts - 1;
  u64 swaps = swapped;
  for (u64 hart = 0; hart < harts; hart++) swaps += taken[hart * 8];
  return is("amoadd.d", added, 3 * total) & is("amoadd.w", added_word, (u32)(-5 * total)) &
         is("amoxor.d", inverted, 0) & is("amoor.d", set, ~0ul) & is("amoand.d", cleared, 0) &
         is("amomax.d", most, last - 1000) &
         is("amomin.d", least, 1000 - last) & is("amomaxu.w", most_word, last) &
         is("amominu.w", least_word, (u32)~last) & is("amoswap.d", swaps, harts * ((u64)ROUNDS * (ROUNDS + 1) / 2)) &
         is("lr.d sc.d", by_reservation, 7 * total) & is("lr.w sc.w", by_reservation_word, total) &
         is("lock", locked, total) & is("ticket lock", ticketed, total);
}
