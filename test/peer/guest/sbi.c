/*
 * Below an SBI, in supervisor mode: every function of the SBI 2.0 extensions with good and bad
 * arguments, and what the good ones do: interrupts arrive, text comes out, harts answer, memory is
 * as the page tables say, and the machine ends.
 */
#include "guest.h"

#define BASE 0x10
#define TIME 0x54494d45
#define IPI 0x735049
#define RFENCE 0x52464e43
#define HSM 0x48534d
#define SRST 0x53525354
#define PMU 0x504d55
#define DBCN 0x4442434e

#define SSI 0x2ul
#define STI 0x20ul
#define NEVER ~0ul

struct answer {
  long error, value;
};

static struct answer sbi(u64 extension, u64 function, u64 a, u64 b, u64 c, u64 d, u64 e) {
  register u64 a0 asm("a0") = a;
  register u64 a1 asm("a1") = b;
  register u64 a2 asm("a2") = c;
  register u64 a3 asm("a3") = d;
  register u64 a4 asm("a4") = e;
  register u64 a6 asm("a6") = function;
  register u64 a7 asm("a7") = extension;
  asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7) : "memory");
  return (struct answer){a0, a1};
}

/* The value that comes with an error means nothing. */
static void ask(const char *name, u64 extension, u64 function, u64 a, u64 b, u64 c, u64 d, u64 e) {
  struct answer answer = sbi(extension, function, a, b, c, d, e);
  text(name);
  if (answer.error) field("error", -answer.error);
  else field("value", answer.value);
  put('\n');
}

static u8 letters[] = "letters\n";
static u64 room[4];

static void functions(void) {
  ask("spec", BASE, 0, 0, 0, 0, 0, 0);
  static const u64 extensions[] = {BASE, TIME, IPI, RFENCE, HSM, SRST, PMU, DBCN, 0x12345, 0x80000010};
  for (int i = 0; i < 10; i++) ask("probe", BASE, 3, extensions[i], 0, 0, 0, 0);
  ask("base, none", BASE, 7, 0, 0, 0, 0, 0);
  ask("no extension", 0x12345678, 0, 0, 0, 0, 0, 0);
  ask("time, none", TIME, 1, 0, 0, 0, 0, 0);
  ask("ipi, nobody", IPI, 0, 0, 0, 0, 0, 0);
  ask("ipi, no such hart", IPI, 0, 2, 0, 0, 0, 0);
  ask("ipi, no such base", IPI, 0, 1, 64, 0, 0, 0);
  ask("ipi, none", IPI, 1, 1, 0, 0, 0, 0);
  for (int f = 0; f < 3; f++) {
    ask("fence", RFENCE, f, 1, 0, 0x1000, 0x1000, 1);
    ask("fence, all", RFENCE, f, 0, NEVER, 0, NEVER, 1);
    ask("fence, no such hart", RFENCE, f, 4, 0, 0, 0, 0);
  }
  ask("fence, none", RFENCE, 9, 1, 0, 0, 0, 0);
  ask("hart status", HSM, 2, 0, 0, 0, 0, 0);
  ask("no hart's status", HSM, 2, 5, 0, 0, 0, 0);
  ask("start itself", HSM, 0, 0, 0x80200000, 0, 0, 0);
  ask("start no hart", HSM, 0, 3, 0x80200000, 0, 0, 0);
  ask("suspend reserved", HSM, 3, 0x0fffffff, 0, 0, 0, 0);
  ask("hsm, none", HSM, 9, 0, 0, 0, 0, 0);
  ask("reset of no type", SRST, 0, 3, 0, 0, 0, 0);
  ask("reset for no reason", SRST, 0, 0, 2, 0, 0, 0);
  ask("srst, none", SRST, 1, 0, 0, 0, 0, 0);
  ask("counters", PMU, 0, 0, 0, 0, 0, 0);
  for (int i = 0; i < 4; i++) ask("counter", PMU, 1, i, 0, 0, 0, 0);
  ask("no counter", PMU, 1, 64, 0, 0, 0, 0);
  ask("cycles", PMU, 2, 0, 0xff, 0, 1, 0);
  ask("no event", PMU, 2, 0, 0xff, 0, 0xfff0, 0);
  ask("pmu, none", PMU, 99, 0, 0, 0, 0, 0);
  ask("console write", DBCN, 0, sizeof letters - 1, (u64)letters, 0, 0, 0);
  ask("console write, no memory", DBCN, 0, 8, 0x2000000, 0, 0, 0);
  ask("console read, nothing there", DBCN, 1, 32, (u64)room, 0, 0, 0);
  ask("console read, no memory", DBCN, 1, 32, 0x2000000, 0, 0, 0);
  ask("console byte", DBCN, 2, '!', 0, 0, 0, 0);
  ask("dbcn, none", DBCN, 3, 0, 0, 0, 0, 0);
  sbi(1, 0, 'p', 0, 0, 0, 0);
  ask(" putchar", 1, 0, '?', 0, 0, 0, 0);
  ask("getchar", 2, 0, 0, 0, 0, 0, 0);
}

/* Waits until one of these is pending, then takes it. */
static long wait_for(long bits, long unused) {
  (void)unused;
  csr_write(sie, bits);
  while ((csr_read(sip) & bits) == 0) {
  }
  csr_set(sstatus, SIE);
  asm volatile("nop\n nop");
  csr_clear(sstatus, SIE);
  return 0;
}

static void taken(const char *name) {
  text(name);
  field("cause", trap.cause);
  field("mode", trap.mode);
  put('\n');
}

static void interrupts(void) {
  ask("timer", TIME, 0, csr_read(time) + 1000, 0, 0, 0, 0);
  attempt(wait_for, STI, 0);
  taken("timer taken");
  ask("timer off", TIME, 0, NEVER, 0, 0, 0, 0);
  field("sip", csr_read(sip) & STI);
  sbi(0, 0, csr_read(time) + 1000, 0, 0, 0, 0);
  attempt(wait_for, STI, 0);
  taken(" legacy timer taken");
  sbi(0, 0, NEVER, 0, 0, 0, 0);
  ask("ipi", IPI, 0, 1, 0, 0, 0, 0);
  attempt(wait_for, SSI, 0);
  taken("ipi taken");
  csr_clear(sip, SSI);
  ask("ipi to all", IPI, 0, 0, NEVER, 0, 0, 0);
  attempt(wait_for, SSI, 0);
  taken("ipi taken");
  csr_clear(sip, SSI);
  field("sip", csr_read(sip) & SSI);
  /* Suspended until the timer; nothing is taken, and everything is as it was. */
  csr_write(sie, STI);
  u64 end = csr_read(time) + 20000;
  sbi(TIME, 0, end, 0, 0, 0, 0);
  ask(" suspend", HSM, 3, 0, 0, 0, 0, 0);
  field("late", csr_read(time) >= end);
  asm volatile("wfi");
  sbi(TIME, 0, NEVER, 0, 0, 0, 0);
  csr_write(sie, 0);
  put('\n');
}

/* What the firmware leaves a supervisor, and what it delegates to it. */
static u32 words[4] __attribute__((aligned(16)));
static long run(long a, long b) {
  return ((long (*)(long, long))words)(a, b);
}
static void trapped(const char *name, u32 word, long a) {
  words[0] = word;
  words[1] = 0x00008067;
  asm volatile("fence.i" ::: "memory");
  attempt(run, a, 0);
  text(name);
  field("cause", trap.cause);
  if (trap.cause >= 0) {
    field("epc", trap.epc - (u64)words);
    field("tval", trap.value);
  }
  put('\n');
}

static void delegated(void) {
  trapped("illegal", 0xffffffff, 0);
  trapped("breakpoint", 0x00100073, 0);
  trapped("load", 0x00053503 /* ld a0, 0(a0) */, 0x6000000);
  trapped("store", 0x00b53023 /* sd a1, 0(a0) */, 0x6000000);
  trapped("jump", 0x000500e7 /* jalr a0 */, 0x6000000);
  trapped("misaligned", 0x1005352f /* lr.d a0, (a0) */, (long)words + 1);
  trapped("machine CSR", 0x30002573, 0);
  trapped("time", 0xc0102573 & ~0xf80u, 0);
  trapped("cycle", 0xc0002573 & ~0xf80u, 0);
}

int main(void) {
  csr_write(sie, 0);
  functions();
  interrupts();
  delegated();
  text("done\n");
  sbi(SRST, 0, 0, 0, 0, 0, 0);
  text("not off\n");
  return 0;
}
