/*
 * Hart 0 moves virtual pages from one physical page to another and has the others forget what they know. Who
 * then reads or writes there does so in the new one.
 */
#include "smp.h"

#ifndef ROUNDS
#define ROUNDS 4000
#endif
#define VIRTUAL 0xc0000000ul
#define WINDOWS 8
#define POISON (~0ul)
#define V 1
#define RWX 14
#define AD 192

struct page {
  PAGE volatile u64 stamp;
  volatile u64 marks[HARTS_MAX];
};
/* Two for each window, which take turns. */
static struct page pages[WINDOWS][2];
static PAGE volatile u64 root[512], middle[512], leaves[512];
/* The stamp that a window shows at least. */
static LINE volatile u64 shown[WINDOWS * 8];
static LINE volatile u64 is_over;
static volatile u64 stale_reads, stale_writes;

static u64 entry(volatile void *page, u64 bits) { return ((u64)page >> 12 << 10) | bits; }

static void translate(void) {
  __asm__ volatile("csrw satp, %0\n sfence.vma" ::"r"(8ul << 60 | (u64)root >> 12) : "memory");
}

static struct page *window(u64 index) { return (struct page *)(VIRTUAL + index * 4096); }

static void move(u64 index, u64 round) {
  struct page *to = &pages[index][round & 1];
  struct page *from = &pages[index][~round & 1];
  for (u64 hart = 0; hart < harts; hart++) {
    /* Nobody has written here since it was left. */
    if (to->stamp == POISON && to->marks[hart] != POISON) stale_writes = stale_writes + 1;
    to->marks[hart] = 0;
  }
  to->stamp = round * WINDOWS + index;
  leaves[index] = entry(to, V | RWX | AD);
  fence();
  __asm__ volatile("sfence.vma %0" ::"r"(window(index)) : "memory");
  remote_sfence((1ul << harts) - 2, (u64)window(index), round % 16 == 0 ? ~0ul : 4096);
  from->stamp = POISON;
  for (u64 hart = 0; hart < harts; hart++) from->marks[hart] = POISON;
  __atomic_store_n(&shown[index * 8], round * WINDOWS + index, __ATOMIC_RELEASE);
}

static void body(u64 hart) {
  translate();
  barrier();
  if (hart == 0) {
    for (u64 round = 1; round <= ROUNDS; round++)
      for (u64 index = 0; index < WINDOWS; index++) move(index, round);
    is_over = 1;
    return;
  }
  while (!is_over) {
    for (u64 index = 0; index < WINDOWS; index++) {
      u64 least = __atomic_load_n(&shown[index * 8], __ATOMIC_ACQUIRE);
      if (least == 0) continue;
      u64 stamp = window(index)->stamp;
      /* While it moves, a hart that has not heard of it may still see the old one: not poisoned before all have. */
      if (stamp == POISON || stamp < least || stamp % WINDOWS != index)
        __atomic_add_fetch(&stale_reads, 1, __ATOMIC_RELAXED);
      window(index)->marks[hart] = stamp;
    }
  }
}

int run(void) {
  /* RAM and registers as they are; the window behind them. */
  for (u64 i = 0; i < 3; i++) root[i] = entry((void *)(i << 30), V | RWX | AD);
  root[VIRTUAL >> 30] = entry(middle, V);
  middle[0] = entry(leaves, V);
  for (u64 index = 0; index < WINDOWS; index++) {
    leaves[index] = entry(&pages[index][0], V | RWX | AD);
    pages[index][1].stamp = pages[index][0].stamp = 0;
  }
  on_harts(harts, body);
  report("stale reads", stale_reads);
  report("stale writes", stale_writes);
  return stale_reads == 0 && stale_writes == 0;
}
