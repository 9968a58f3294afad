/* Interrupts: every order of priority, vectored or not, everything that can make a pending one
 * takeable, arming at every offset of a loop by software, by another hart's store and by timers. */
#include "guest.h"

#define MSIP_REGISTER 0x2000000ul
#define MTIMECMP 0x2004000ul
#define MTIME 0x200bff8ul

#define SSI 0x2ul
#define MSI 0x8ul
#define STI 0x20ul
#define MTI 0x80ul
#define SEI 0x200ul

static volatile u32 *const msip = (u32 *)MSIP_REGISTER;
static volatile u64 *const mtimecmp = (u64 *)MTIMECMP;
static volatile u64 *const mtime = (u64 *)MTIME;

static void quiet(void) {
  csr_write(mie, 0);
  csr_write(mip, 0);
  csr_write(mideleg, 0);
  csr_write(0x30a, 0);
  *msip = 0;
  *mtimecmp = ~0ul;
}

/* mip as it is, without what has no meaning here. */
static u64 pending(void) {
  return csr_read(mip) & 0xaaa;
}

/* Eight registers count the rounds one after the other; the words before take what arms. */
code(counting,
     ".option norvc\n li s2, 0\n li s3, 0\n li s4, 0\n li s5, 0\n li s6, 0\n li s7, 0\n li s8, 0\n li s9, 0\n"
     "li t1, 0x4000000\n"
     "1: nop\n addi s2, s2, 1\n nop\n addi s3, s3, 1\n nop\n addi s4, s4, 1\n nop\n addi s5, s5, 1\n"
     "nop\n addi s6, s6, 1\n nop\n addi s7, s7, 1\n nop\n addi s8, s8, 1\n nop\n addi s9, s9, 1\n"
     "addi t1, t1, -1\n bnez t1, 1b\n ecall");
#define LOOP_AT 9
#define WORDS 28
static u32 loop[WORDS + 4] __attribute__((aligned(128)));

/* The loop with `word` at hole 0 to 7. */
static void *with(int hole, u32 word) {
  for (int i = 0; i < WORDS; i++) loop[i] = ((const u32 *)counting)[i];
  loop[LOOP_AT + 2 * hole] = word;
  asm volatile("fence.i" ::: "memory");
  return loop;
}

/* Whether the registers are those of the place in the loop where the trap came. */
static int consistent(void) {
  long at = ((long)trap.epc - (long)&loop[LOOP_AT]) / 4;
  if (at < 0 || at > 17 || (trap.epc & 3)) return 0;
  u64 rounds = at >= 16 ? trap.saved[7] - 1 : trap.saved[7];
  for (int i = 0; i < 8; i++)
    if (trap.saved[i] != rounds + (2 * i + 1 < at)) return 0;
  return 1;
}

static const u64 modes[] = {IN_U, IN_S, IN_M};

/* csrs mip or sip, t0: taken before the next instruction. */
static void software(void) {
  for (int s = 0; s < 2; s++)
    for (int hole = 0; hole < 8; hole++) {
      quiet();
      csr_write(mie, SSI);
      csr_write(mideleg, s ? SSI : 0);
      u32 *p = with(hole, s ? 0x14416073 /* csrsi sip, 2 */ : 0x34416073 /* csrsi mip, 2 */);
      enter(p, 0, s ? IN_S | SPIE | SIE : IN_M | MPIE, 0);
      field("cause", trap.cause);
      field("at", trap.epc - (u64)loop);
      field("round", trap.saved[7]);
      field("consistent", consistent());
    }
  put('\n');
}

/* A store to the interrupt controller at each offset: soon after, at a clean point. */
static void asynchronous(const char *what, u64 enable, u32 store, u64 a0, u64 a1) {
  for (int m = 0; m < 3; m++)
    for (int hole = 0; hole < 8; hole++) {
      quiet();
      csr_write(mie, enable);
      u32 *p = with(hole, store);
      enter(p, a0, modes[m] | MPIE, a1);
      text(what);
      field("cause", trap.cause);
      field("consistent", consistent());
    }
  put('\n');
}

/* A timer that rings somewhere in the loop, for each of many delays. */
static void timers(void) {
  u64 good = 0, all = 0;
  for (int m = 0; m < 3; m++)
    for (u64 delay = 0; delay < 40; delay++) {
      quiet();
      csr_write(mie, MTI);
      u32 *p = with(0, 0x00000013);
      *mtimecmp = *mtime + 5 * delay;
      enter(p, 0, modes[m] | MPIE, 0);
      all++;
      if (trap.cause == (long)(1ul << 63 | 7)) good += consistent() || trap.epc < (u64)&loop[LOOP_AT];
    }
  field("timers", all);
  field("good", good);
  /* The supervisor's own, delegated to it. */
  good = all = 0;
  for (int m = 0; m < 2; m++)
    for (u64 delay = 0; delay < 40; delay++) {
      quiet();
      csr_write(0x30a, 1ul << 63);
      csr_write(0x14d, ~0ul);
      csr_write(mideleg, STI);
      csr_write(mie, STI);
      u32 *p = with(0, 0x00000013);
      csr_write(0x14d, *mtime + 5 * delay);
      enter(p, 0, modes[m] | SPIE | SIE, 0);
      all++;
      if (trap.cause == (long)(1ul << 63 | 5) && trap.mode == 1) {
        good += consistent() || trap.epc < (u64)&loop[LOOP_AT];
      }
    }
  field("supervisor timers", all);
  field("good", good);
  put('\n');
  csr_write(0x14d, ~0ul);
}

code(nothing, "nop\n nop\n ecall");

/*
 * Sets of pending ones, delegated or not, from each mode: which is first, and where to. Left out are
 * sets in which QEMU 7.2, which takes the lowest number, differs from the manual.
 */
static void priorities(void) {
  for (int vectored = 0; vectored < 2; vectored++) {
    csr_write(mtvec, (u64)trap_entry | vectored);
    csr_write(stvec, (u64)supervisor_trap_entry | vectored);
    for (int set = 1; set < 32; set++) {
      if ((set & 4 && set & 19) || (set & 8 && set & 18)) continue;
      quiet();
      if (set & 1) *msip = 1;
      if (set & 2) *mtimecmp = 0;
      u64 software_bits = (set & 4 ? SSI : 0) | (set & 8 ? STI : 0) | (set & 16 ? SEI : 0);
      csr_write(mip, software_bits);
      /* The stores to the controller have arrived. */
      while ((pending() & (MSI | MTI)) != ((set & 1 ? MSI : 0) | (set & 2 ? MTI : 0))) {
      }
      csr_write(mie, ~0ul);
      field("set", set);
      for (int m = 0; m < 3; m++)
        for (int delegated = 0; delegated < 2; delegated++)
          for (int enabled = 0; enabled < 4; enabled++) {
            csr_write(mideleg, delegated ? SSI | STI | SEI : 0);
            enter(nothing, 0, modes[m] | (enabled & 1 ? SIE | SPIE : 0) | (enabled & 2 ? MPIE : 0), 0);
            put(' ');
            hex(trap.cause & 15);
            put(trap.mode == 3 ? 'm' : 's');
            hex(trap.vector);
          }
      put('\n');
    }
    csr_write(mtvec, trap_entry);
    csr_write(stvec, supervisor_trap_entry);
  }
  quiet();
}

code(enable_status, ".option norvc\n csrsi mstatus, 8\n nop\n nop\n ecall");
code(enable_mie, ".option norvc\n csrsi mie, 2\n nop\n nop\n ecall");
code(enable_sie, ".option norvc\n csrsi sie, 2\n nop\n nop\n ecall");
code(enable_sstatus, ".option norvc\n csrsi sstatus, 2\n nop\n nop\n ecall");
code(return_from_machine, ".option norvc\n la t0, 1f\n csrw mepc, t0\n li t0, 0x1880\n csrs mstatus, t0\n mret\n1: nop\n ecall");
code(return_from_supervisor, ".option norvc\n la t0, 1f\n csrw sepc, t0\n li t0, 0x120\n csrs sstatus, t0\n sret\n1: nop\n ecall");
code(return_to_user, ".option norvc\n la t0, 1f\n csrw sepc, t0\n li t0, 0x100\n csrc sstatus, t0\n sret\n1: nop\n ecall");
code(undelegate, ".option norvc\n csrwi mideleg, 0\n nop\n nop\n ecall");
code(lower, ".option norvc\n csrci mip, 2\n csrsi mstatus, 8\n nop\n ecall");
code(swap_in, ".option norvc\n li t0, 2\n csrrw a0, sip, t0\n nop\n nop\n ecall");
code(disable_first, ".option norvc\n csrci mstatus, 8\n csrsi mip, 2\n nop\n csrsi mstatus, 8\n nop\n ecall");

static void enabling(void) {
  static const struct {
    const char *name;
    const u8 *code;
    u64 status, mideleg, mie, mip;
  } list[] = {
      {"mstatus.MIE", enable_status, IN_M, 0, SSI, SSI},
      {"mie", enable_mie, IN_M | MPIE, 0, 0, SSI},
      {"sie in S", enable_sie, IN_S | SIE, SSI, 0, SSI},
      {"sie in M", enable_sie, IN_M | MPIE, SSI, 0, SSI},
      {"sie, nothing delegated", enable_sie, IN_S | SIE, 0, 0, SSI},
      {"sstatus.SIE", enable_sstatus, IN_S, SSI, SSI, SSI},
      {"sstatus.SIE in M", enable_sstatus, IN_M, SSI, SSI, SSI},
      {"mret", return_from_machine, IN_M, 0, SSI, SSI},
      {"mret, delegated", return_from_machine, IN_M, SSI, SSI, SSI},
      {"sret to S", return_from_supervisor, IN_S, SSI, SSI, SSI},
      {"sret to U", return_to_user, IN_S, SSI, SSI, SSI},
      {"undelegated", undelegate, IN_M | MPIE, SSI, SSI, SSI},
      {"lowered first", lower, IN_M, 0, SSI, SSI},
      {"sip in S", swap_in, IN_S | SIE, SSI, SSI, 0},
      {"sip, nothing delegated", swap_in, IN_S | SIE, 0, SSI, 0},
      {"between", disable_first, IN_M | MPIE, 0, SSI, 0},
      {"U, not delegated", nothing, IN_U, 0, SSI, SSI},
      {"U, delegated", nothing, IN_U, SSI, SSI, SSI},
      {"S with SIE off, delegated", nothing, IN_S, SSI, SSI, SSI},
      {"M, delegated", nothing, IN_M | MPIE, SSI, SSI, SSI},
  };
  for (unsigned i = 0; i < sizeof list / sizeof *list; i++) {
    quiet();
    csr_write(mideleg, list[i].mideleg);
    csr_write(mie, list[i].mie);
    csr_write(mip, list[i].mip);
    enter(list[i].code, 0, list[i].status, 0);
    outcome(list[i].name);
  }
  quiet();
}

/* WFI ends when something enabled is pending, even if it is not taken; and traps if told so. */
code(wait, ".option norvc\n wfi\n nop\n ecall");

/* A timer rings in WFI, or before it where the host is slow. */
static void rung(const char *what) {
  text(what);
  if (trap.cause < 0) field("near", trap.epc - (u64)wait <= 4);
  else field("epc", trap.epc);
  field("cause", trap.cause);
  field("mode", trap.mode);
  field("status", trap.status);
  put('\n');
}

static void waiting(void) {
  for (int taken = 0; taken < 2; taken++)
    for (int m = 1; m < 3; m++) {
      quiet();
      csr_write(mie, MTI);
      *mtimecmp = *mtime + 20000;
      enter(wait, 0, modes[m] | (taken ? MPIE : 0), 0);
      field("late", *mtime >= *mtimecmp);
      rung(" wfi, machine timer");
      quiet();
      csr_write(0x30a, 1ul << 63);
      csr_write(mideleg, STI);
      csr_write(mie, STI);
      csr_write(0x14d, *mtime + 20000);
      enter(wait, 0, modes[m] | (taken ? SIE | SPIE : 0), 0);
      field("late", *mtime >= csr_read(0x14d));
      rung(" wfi, supervisor timer");
      csr_write(0x14d, ~0ul);
      quiet();
      csr_write(mie, MSI);
      *msip = 1;
      enter(wait, 0, modes[m] | (taken ? MPIE : 0), 0);
      outcome("wfi, pending already");
    }
  quiet();
}

/* Sstc: STIP is the comparison, and nothing else, while menvcfg.STCE is on. */
static void compare(void) {
  quiet();
  csr_write(mcounteren, ~0ul);
  csr_write(0x30a, 1ul << 63);
  csr_write(0x14d, ~0ul);
  field("never", pending() & STI);
  csr_write(0x14d, 1);
  field("long ago", pending() & STI);
  csr_clear(mip, STI);
  field("cleared by mip", pending() & STI);
  csr_write(mideleg, STI);
  field("sip", csr_read(sip) & STI);
  csr_write(0x14d, csr_read(time) + 10000000000ul);
  field("later", pending() & STI);
  csr_set(mip, STI);
  field("set by mip", pending() & STI);
  csr_write(0x14d, csr_read(time) + 1000);
  while ((pending() & STI) == 0) {
  }
  field("at last", csr_read(time) >= csr_read(0x14d));
  csr_write(0x14d, ~0ul);
  put('\n');
}

int main(void) {
  open_memory();
  software();
  asynchronous(" msip", MSI, 0x00b52023 /* sw a1, 0(a0) */, MSIP_REGISTER, 1);
  asynchronous(" mtimecmp", MTI, 0x00b53023 /* sd a1, 0(a0) */, MTIMECMP, 0);
  timers();
  priorities();
  enabling();
  waiting();
  compare();
  text("done\n");
  return 0;
}
