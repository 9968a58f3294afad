/* So many harts, ROUNDS, are busy for good, each with memory of its own; the others sleep. */
#include "smp.h"

#define WORDS 8192

static PAGE u64 memory[HARTS_MAX][WORDS];

static u64 mix(u64 value) {
  value ^= value >> 31;
  value *= 0x9e3779b97f4a7c15ul;
  return value ^ value >> 29;
}

/* Hashes, a walk in no order, and branches that depend on what is found. */
static void body(u64 hart) {
  u64 *mine = memory[hart];
  u64 at = hart;
  for (;;) {
    for (u64 i = 0; i < WORDS; i++) {
      u64 found = mix(mine[at] + i);
      mine[at] = found & 1 ? found : mine[i] + at;
      at = (at + found) % WORDS;
    }
  }
}

static void sleep(u64 hart) {
  if (hart < ROUNDS) body(hart);
  for (;;) __asm__ volatile("wfi");
}

int run(void) {
  on_harts(harts, sleep);
  return 1;
}
