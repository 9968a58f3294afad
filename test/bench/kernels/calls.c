/* Calls that do little else: Fibonacci, Takeuchi and Ackermann, each by its definition. */
#include "runtime.h"

/* Or a compiler makes loops of them. */
#pragma GCC optimize("no-optimize-sibling-calls")
#define FUNCTION static __attribute__((noinline, noclone))

FUNCTION u64 fibonacci(u64 n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

FUNCTION s64 takeuchi(s64 x, s64 y, s64 z) {
  return y < x ? takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y)) : z;
}

FUNCTION u64 ackermann(u64 m, u64 n) {
  if (m == 0) return n + 1;
  return n == 0 ? ackermann(m - 1, 1) : ackermann(m - 1, ackermann(m, n - 1));
}

u64 run(u64 rounds) {
  u64 checksum = 0;
  for (u64 round = 0; round < rounds; round++) {
    checksum = add_to(checksum, fibonacci(20 + round % 2));
    checksum = add_to(checksum, takeuchi(12 + round % 3, 8, 4));
    checksum = add_to(checksum, ackermann(2, 40 + round % 8));
  }
  return checksum;
}
