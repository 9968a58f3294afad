/*
 * A timer fires into handlers of SIGSEGV on an alternate stack, which fault again while they run. Every fault and every
 * tick adds to sums that must come out right, and the arithmetic that they interrupt must, too.
 */
#include "check.h"
#include <sys/mman.h>

enum { PAGES = 16, FAULTS = 4000, TICKS = 600 };
static char *pages, *inner;
static char stack[262144];
static volatile uint64_t faults, nested, ticks, sum;
static uint64_t random_state = 42;

static uint32_t next(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return random_state >> 33;
}

static void segv(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)context;
  char *at = info->si_addr;
  if (at >= inner && at < inner + 4096) {
    nested++;
    mprotect(inner, 4096, PROT_READ | PROT_WRITE);
    return;
  }
  if (at < pages || at >= pages + PAGES * 4096) _exit(99);
  faults++;
  if (faults % 3 == 0) {
    mprotect(inner, 4096, PROT_NONE);
    inner[faults % 4096] = 1;
  }
  mprotect((char *)((uintptr_t)at & -4096ul), 4096, PROT_READ | PROT_WRITE);
}

static void tick(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info; (void)context;
  ticks++;
  double value = ticks;
  for (int i = 0; i < 10; i++) value += 0.5;
  sum += value == ticks + 5;
}

int main(void) {
  begin();
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&own, 0);
  pages = mmap(0, PAGES * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  inner = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  handle(SIGSEGV, segv, SA_ONSTACK | SA_NODEFER);
  handle(SIGALRM, tick, SA_ONSTACK);
  every(1000);
  uint64_t work = 0, expected = 0, done = 0, written = 0;
  double real = 0;
  while (done < FAULTS || ticks < TICKS) {
    uint32_t page = next() % PAGES, value = next();
    if (done < FAULTS) mprotect(pages + page * 4096, 4096, PROT_NONE);
    volatile uint32_t *word = (volatile uint32_t *)(pages + page * 4096 + value % 1024 * 4);
    *word = value;
    if (done < FAULTS) done++;
    written += *word;
    expected += value;
    for (uint32_t i = 0; i < 200; i++) work += i * (value | 1), real += 0.25;
    for (uint32_t i = 0; i < 200; i++) work -= i * (value | 1), real -= 0.25;
  }
  every(0);
  printf("faults %lu nested %lu\n", (long)faults, (long)nested);
  printf("sums %d %d %lu %d\n", written == expected, work == 0, (long)(sum - ticks), real == 0);
  return 0;
}
