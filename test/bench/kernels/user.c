/* Runs the kernel as a program of Linux, and tells its result and how long it took on standard output. */
#include "runtime.h"

#define WRITE 64
#define EXIT_GROUP 94
#define CLOCK_GETTIME 113
#define CLOCK_MONOTONIC 1

static long call(long number, long a, long b, long c) {
  register long a0 asm("a0") = a;
  register long a1 asm("a1") = b;
  register long a2 asm("a2") = c;
  register long a7 asm("a7") = number;
  asm volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
  return a0;
}

static void put_line(const char *name, u64 value) {
  char line[64];
  int length = 0;
  while (*name) line[length++] = *name++;
  line[length++] = ' ';
  for (int shift = 60; shift >= 0; shift -= 4) line[length++] = "0123456789abcdef"[value >> shift & 15];
  line[length++] = '\n';
  call(WRITE, 1, (long)line, length);
}

/* In the ticks of a machine, of which there are ten million a second. */
static u64 time(void) {
  struct {
    u64 seconds, nanoseconds;
  } now;
  call(CLOCK_GETTIME, CLOCK_MONOTONIC, (long)&now, 0);
  return now.seconds * 10000000 + now.nanoseconds / 100;
}

/* The linker reaches data by way of gp. */
asm(".globl _start\n"
    "_start:\n"
    ".option push\n"
    ".option norelax\n"
    "  la gp, __global_pointer$\n"
    ".option pop\n"
    "  call start\n");

void start(void) {
  u64 before = time();
  u64 result = run(ROUNDS);
  u64 ticks = time() - before;
  put_line("RESULT", result);
  put_line("TICKS", ticks);
  call(EXIT_GROUP, 0, 0, 0);
  __builtin_unreachable();
}
