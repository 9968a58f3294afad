/*
 * Litmus tests of the memory model (RVWMO, Unprivileged ISA 20240411, chapter 17). Harts go through many places
 * at about the same time; what they read is judged afterwards. Of each kind there is one without what orders
 * it: that its outcome is seen shows that the others could be.
 */
#include "smp.h"

#ifndef ROUNDS
#define ROUNDS 10000
#endif
/* Few, so that harts that left a barrier together are still near each other at the last. */
#define PLACES 64

struct place {
  LINE volatile u64 x;
  LINE volatile u64 y;
};
static struct place places[PLACES];
/* results[thread][place]: two values. */
static LINE volatile u64 results[4][PLACES][2];

struct test {
  const char *name;
  /* Threads 0 to threads - 1 of a place. */
  u64 threads;
  void (*thread[4])(struct place *, volatile u64 *);
  int (*is_seen)(u64 place);
  /* The outcome may be seen: its count is only shown. */
  int is_allowed;
};

#define R(thread, n) results[thread][place][n]
#define STORE(at, value) __asm__ volatile("sd %1, %0" : "=m"(at) : "r"((u64)(value)) : "memory")
#define LOAD(to, at) __asm__ volatile("ld %0, %1" : "=r"(to) : "m"(at) : "memory")
#define FENCE(kinds) __asm__ volatile("fence " kinds ::: "memory")
#define AMO(op, old, at, value) __asm__ volatile(op " %0, %2, %1" : "=r"(old), "+A"(at) : "r"((u64)(value)) : "memory")
#define THREAD(name) static void name(struct place *p, volatile u64 *r)
#define UNUSED (void)p, (void)r

/* Store buffering. */
#define SB(name, between) \
  THREAD(name##0) { u64 a; STORE(p->x, 1); between; LOAD(a, p->y); r[0] = a; } \
  THREAD(name##1) { u64 a; STORE(p->y, 1); between; LOAD(a, p->x); r[0] = a; }
SB(sb, )
SB(sb_fence, FENCE("rw, rw"))
SB(sb_fence_wr, FENCE("w, r"))
THREAD(sb_amo0) { u64 a, b; AMO("amoswap.d.aqrl", b, p->x, 1); AMO("amoor.d.aqrl", a, p->y, 0); r[0] = a; r[1] = b; }
THREAD(sb_amo1) { u64 a, b; AMO("amoswap.d.aqrl", b, p->y, 1); AMO("amoor.d.aqrl", a, p->x, 0); r[0] = a; r[1] = b; }
static int both_zero(u64 place) { return R(0, 0) == 0 && R(1, 0) == 0; }

/* Message passing. */
#define MP(name, write, read) \
  THREAD(name##0) { UNUSED; STORE(p->x, 1); write; } \
  THREAD(name##1) { u64 a, b; read; r[0] = a; r[1] = b; }
MP(mp_fence, FENCE("w, w"); STORE(p->y, 1), LOAD(a, p->y); FENCE("r, r"); LOAD(b, p->x))
MP(mp_tso, __asm__ volatile("fence.tso" ::: "memory"); STORE(p->y, 1),
   LOAD(a, p->y); __asm__ volatile("fence.tso" ::: "memory"); LOAD(b, p->x))
MP(mp_amo, u64 o; AMO("amoswap.d.rl", o, p->y, 1), AMO("amoor.d.aq", a, p->y, 0); LOAD(b, p->x))
MP(mp_lrsc,
   u64 o; u64 f; do { __asm__ volatile("lr.d %0, %2\n sc.d.rl %1, %3, %2"
                                       : "=&r"(o), "=&r"(f), "+A"(p->y) : "r"(1ul) : "memory"); } while (f),
   __asm__ volatile("lr.d.aq %0, %1" : "=r"(a), "+A"(p->y)::"memory"); LOAD(b, p->x))
static int message_lost(u64 place) { return R(1, 0) == 1 && R(1, 1) == 0; }

/* Load buffering. */
#define LB(name, between) \
  THREAD(name##0) { u64 a; LOAD(a, p->x); between; STORE(p->y, 1); r[0] = a; } \
  THREAD(name##1) { u64 a; LOAD(a, p->y); between; STORE(p->x, 1); r[0] = a; }
LB(lb_fence, FENCE("r, w"))
THREAD(lb_data0) { u64 a; LOAD(a, p->x); STORE(p->y, (a ^ a) + 1); r[0] = a; }
THREAD(lb_data1) { u64 a; LOAD(a, p->y); STORE(p->x, (a ^ a) + 1); r[0] = a; }
static int both_one(u64 place) { return R(0, 0) == 1 && R(1, 0) == 1; }

/* Coherence: two reads of one place. */
THREAD(corr0) { UNUSED; STORE(p->x, 1); }
THREAD(corr1) { u64 a, b; LOAD(a, p->x); LOAD(b, p->x); r[0] = a; r[1] = b; }
/* A word and the whole of it. */
THREAD(mixed0) { UNUSED; STORE(p->x, 0x100000001); }
THREAD(mixed1) { u64 a; LOAD(a, p->x); r[0] = a; r[1] = 0; }
static int went_back(u64 place) { return R(1, 0) == 1 && R(1, 1) == 0; }
static int is_torn(u64 place) { return R(1, 0) != 0 && R(1, 0) != 0x100000001; }

/* Two writes each, in opposite order. */
THREAD(ww0) { UNUSED; STORE(p->x, 1); FENCE("w, w"); STORE(p->y, 2); }
THREAD(ww1) { UNUSED; STORE(p->y, 1); FENCE("w, w"); STORE(p->x, 2); }
static int both_first(u64 place) { return places[place].x == 1 && places[place].y == 1; }

/* Independent reads of independent writes. */
THREAD(iriw0) { UNUSED; STORE(p->x, 1); }
THREAD(iriw1) { UNUSED; STORE(p->y, 1); }
THREAD(iriw2) { u64 a, b; LOAD(a, p->x); FENCE("r, r"); LOAD(b, p->y); r[0] = a; r[1] = b; }
THREAD(iriw3) { u64 a, b; LOAD(a, p->y); FENCE("r, r"); LOAD(b, p->x); r[0] = a; r[1] = b; }
static int disagree(u64 place) { return R(2, 0) == 1 && R(2, 1) == 0 && R(3, 0) == 1 && R(3, 1) == 0; }

/* Write to read causality. */
THREAD(wrc1) { u64 a; LOAD(a, p->x); FENCE("rw, w"); if (a) STORE(p->y, 1); r[0] = a; }
THREAD(wrc2) { u64 a, b; LOAD(a, p->y); FENCE("r, r"); LOAD(b, p->x); r[0] = a; r[1] = b; }
static int cause_lost(u64 place) { return R(2, 0) == 1 && R(2, 1) == 0; }

/* One of two store-conditionals loses, or both come one after the other. */
#define TRY(value) \
  u64 old, failed; \
  __asm__ volatile("lr.d %0, %2\n sc.d %1, %3, %2" : "=&r"(old), "=&r"(failed), "+A"(p->x) : "r"((u64)(value)) : "memory"); \
  r[0] = old; r[1] = failed
THREAD(sc0) { TRY(1); }
THREAD(sc1) { TRY(2); }
static int both_won(u64 place) { return !R(0, 1) && !R(1, 1) && R(0, 0) == 0 && R(1, 0) == 0; }

/* Exactly one of two swaps finds what was there first. */
THREAD(swap0) { u64 a; AMO("amoswap.d", a, p->x, 1); r[0] = a; }
THREAD(swap1) { u64 a; AMO("amoswap.d", a, p->x, 2); r[0] = a; }
static int both_found(u64 place) { return R(0, 0) == 0 && R(1, 0) == 0; }

static const struct test tests[] = {
    {"SB", 2, {sb0, sb1}, both_zero, 1},
    {"SB+fence.rw.rw", 2, {sb_fence0, sb_fence1}, both_zero, 0},
    {"SB+fence.w.r", 2, {sb_fence_wr0, sb_fence_wr1}, both_zero, 0},
    {"SB+amo.aqrl", 2, {sb_amo0, sb_amo1}, both_zero, 0},
    {"MP+fence.w.w+fence.r.r", 2, {mp_fence0, mp_fence1}, message_lost, 0},
    {"MP+fence.tso", 2, {mp_tso0, mp_tso1}, message_lost, 0},
    {"MP+amo.rl+amo.aq", 2, {mp_amo0, mp_amo1}, message_lost, 0},
    {"MP+sc.rl+lr.aq", 2, {mp_lrsc0, mp_lrsc1}, message_lost, 0},
    {"LB+fence.r.w", 2, {lb_fence0, lb_fence1}, both_one, 0},
    {"LB+data", 2, {lb_data0, lb_data1}, both_one, 0},
    {"CoRR", 2, {corr0, corr1}, went_back, 0},
    {"single-copy", 2, {mixed0, mixed1}, is_torn, 0},
    {"2+2W+fence.w.w", 2, {ww0, ww1}, both_first, 0},
    {"LR/SC", 2, {sc0, sc1}, both_won, 0},
    {"AMOSWAP", 2, {swap0, swap1}, both_found, 0},
    {"WRC+fences", 3, {corr0, wrc1, wrc2}, cause_lost, 0},
    {"IRIW+fence.r.r", 4, {iriw0, iriw1, iriw2, iriw3}, disagree, 0},
};

static const struct test *volatile current;
static volatile u64 seen;

static void body(u64 thread) {
  const struct test *test = current;
  void (*each)(struct place *, volatile u64 *) = test->thread[thread];
  for (u64 rounds = 0; rounds < ROUNDS; rounds += PLACES) {
    barrier();
    /* Neither is always ahead. */
    for (volatile u64 wait = (rounds / PLACES * (thread * 7 + 3)) & 15; wait; wait--);
    for (u64 place = 0; place < PLACES; place++) each(&places[place], results[thread][place]);
    barrier();
    if (thread != 0) continue;
    for (u64 place = 0; place < PLACES; place++) seen += test->is_seen(place);
    for (u64 place = 0; place < PLACES; place++) places[place].x = places[place].y = 0;
  }
}

static int judge(const struct test *test) {
  current = test;
  seen = 0;
  on_harts(test->threads, body);
  put(test->name);
  put(": ");
  put_number((ROUNDS + PLACES - 1) / PLACES * PLACES);
  put(test->is_allowed ? " rounds, seen (and allowed) " : " rounds, seen (and forbidden) ");
  put_number(seen);
  put("\n");
  return test->is_allowed || seen == 0;
}

int run(void) {
  int is_right = 1;
  for (u64 i = 0; i < sizeof tests / sizeof *tests; i++) {
    if (tests[i].threads <= harts) is_right &= judge(&tests[i]);
  }
  return is_right;
}
