/* Every CSR number: what machine mode reads at reset, and which bits a write changes. */
#include "guest.h"

static u32 code[8];

static long run(long n, long value) {
  (void)n;
  u64 (*f)(u64) = (u64 (*)(u64))code;
  return f(value);
}

static void assemble(int count, const u32 *words) {
  for (int i = 0; i < count; i++) code[i] = words[i];
  asm volatile("fence.i" ::: "memory");
}

#define RET 0x00008067u
/* csrr a0, n */
#define READ(n) (0x00002573u | (u32)(n) << 20)
/* csrrw a2, n, a0 */
#define SWAP(n) (0x00051673u | (u32)(n) << 20)
/* csrw n, a2 */
#define RESTORE(n) (0x00061073u | (u32)(n) << 20)

static int counts(int n) {
  return n == 0xb00 || n == 0xb02 || n == 0xc00 || n == 0xc01 || n == 0xc02;
}

static void probe(int n) {
  assemble(2, (u32[]){READ(n), RET});
  u64 reset = attempt(run, n, 0);
  if (trap.cause != -1) {
    if (trap.cause != 2) {
      hex(n);
      field("cause", trap.cause);
      put('\n');
    }
    return;
  }
  hex(n);
  if (counts(n)) text(" counts");
  else field("reset", reset);
  /* Triggers cannot take any value whatever. */
  if (n >= 0x7a0 && n < 0x7b0) {
    put('\n');
    return;
  }
  assemble(4, (u32[]){SWAP(n), READ(n), RESTORE(n), RET});
  static const u64 values[] = {~0ul, 0, 0x5555555555555555ul, 0xaaaaaaaaaaaaaaaaul};
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    u64 now = attempt(run, n, values[i]);
    if (trap.cause != -1) field("cause", trap.cause);
    else if (!counts(n)) field("now", now);
  }
  put('\n');
}

int main(void) {
  for (int n = 0; n < 4096; n++) {
    /* Locked PMP entries cannot be undone: last. */
    if (n >= 0x3a0 && n < 0x3b0) continue;
    probe(n);
  }
  for (int n = 0x3a0; n < 0x3b0; n++) probe(n);
  return 0;
}
