/*
 * Every hart rewrites a function of its own and calls those of the others. Who has seen that one was rewritten, and
 * then fences, or was fenced, calls the new one.
 */
#include "smp.h"

#ifndef ROUNDS
#define ROUNDS 3000
#endif
/* Functions take turns among so many pages, so that some become code only while others store to them. */
#define PAGES 8
#define CALLS 40
#define NUMBERS 2048

struct page {
  PAGE u32 code[2];
  /* Elsewhere in the page there are data. */
  volatile u64 data;
};
static struct page pages[HARTS_MAX][PAGES];
/* The round of each hart that is complete: its function gives that number, or a later one. */
static LINE volatile u64 completed[HARTS_MAX * 8];
static volatile u64 wrong;
static int sends_fences;

#define RET 0x00008067

static u64 call(struct page *page) { return ((u64(*)(void))page->code)(); }

/* Nobody is so far behind that numbers come again. */
static void keep_together(u64 hart, u64 round) {
  for (u64 other = 0; other < harts; other++)
    while (other != hart && __atomic_load_n(&completed[other * 8], __ATOMIC_ACQUIRE) + NUMBERS / 4 < round) relax();
}

static void rewrite(u64 hart, u64 round) {
  keep_together(hart, round);
  struct page *page = &pages[hart][round % PAGES];
  /* addi a0, zero, round */
  *(volatile u32 *)&page->code[0] = 0x00000513 | ((u32)(round % NUMBERS) << 20);
  page->data = round;
  fence();
  if (sends_fences) remote_fence_i(((1ul << harts) - 1) & ~(1ul << hart));
  __atomic_store_n(&completed[hart * 8], round, __ATOMIC_RELEASE);
}

static void check(u64 hart) {
  u64 round = __atomic_load_n(&completed[hart * 8], __ATOMIC_ACQUIRE);
  if (round == 0) return;
  if (!sends_fences) fence_i();
  for (u64 i = 0; i < CALLS; i++) {
    /* What the page gives is from this round or from one that came later, in steps of PAGES. */
    u64 ahead = (call(&pages[hart][round % PAGES]) - round) % NUMBERS;
    if (ahead >= NUMBERS / 2 || ahead % PAGES != 0) wrong = wrong + 1;
  }
}

static void body(u64 hart) {
  for (u64 round = 1; round <= ROUNDS; round++) {
    rewrite(hart, round);
    for (u64 other = 0; other < harts; other++) if (other != hart) check(other);
  }
}

int run(void) {
  for (sends_fences = 0; sends_fences < 2; sends_fences++) {
    for (u64 hart = 0; hart < harts; hart++) {
      completed[hart * 8] = 0;
      for (u64 page = 0; page < PAGES; page++) {
        pages[hart][page].code[0] = 0x7ff00513;
        pages[hart][page].code[1] = RET;
      }
    }
    fence();
    fence_i();
    remote_fence_i((1ul << harts) - 1);
    on_harts(harts, body);
    report(sends_fences ? "wrong after remote fence.i" : "wrong after fence.i", wrong);
  }
  return wrong == 0;
}
