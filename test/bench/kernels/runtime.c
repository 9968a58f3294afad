/* Runs the kernel, and tells its result and how long it took on the serial port. */
#include "runtime.h"

#define FINISHER ((volatile u32 *)0x100000)
#define PASS 0x5555
#define FAIL 0x13333

static void put(char c) {
  volatile u8 *uart = (u8 *)0x10000000;
  while ((uart[5] & 0x20) == 0) {
  }
  uart[0] = c;
}

static void put_line(const char *name, u64 value) {
  while (*name) put(*name++);
  put(' ');
  for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
  put('\n');
}

static void finish(u32 status) {
  *FINISHER = status;
  for (;;) {
  }
}

static u64 time(void) {
  u64 ticks;
  asm volatile("rdtime %0" : "=r"(ticks)::"memory");
  return ticks;
}

void trapped(u64 cause, u64 pc, u64 value) {
  put_line("TRAP", cause);
  put_line("PC", pc);
  put_line("VALUE", value);
  finish(FAIL);
}

void start(void) {
  u64 before = time();
  u64 result = run(ROUNDS);
  u64 ticks = time() - before;
  put_line("RESULT", result);
  put_line("TICKS", ticks);
  finish(PASS);
}
