/* Code that changes: patched with fence.i behind, beside and ahead of itself, through aliases, by
 * atomics and halves of instructions, next to data, and mapped away under the program. */
#include "paging.h"

/* addi a0, a0, n; jalr x0, ra */
#define ADDI(n) (0x00050513u | (u32)(n) << 20)
#define RET 0x00008067u

typedef long (*function)(long);

static u32 space[4][1024] __attribute__((aligned(4096)));

static long run(long at, long value) {
  return ((function)at)(value);
}

static inline void fence_i(void) {
  asm volatile("fence.i" ::: "memory");
}

static void called(void) {
  u64 sum = 0;
  u32 *f = space[0];
  f[1] = RET;
  for (int i = 0; i < 1500; i++) {
    f[0] = ADDI(i & 1023);
    fence_i();
    sum = sum * 3 + attempt(run, (long)f, i);
  }
  field("called", sum);
  put('\n');
}

/* Stores the word in a1 over the instruction at `hole`, and meets it in the same block. */
code(ahead, "la t0, 1f\n sw a1, (t0)\n fence.i\n addi a0, a0, 1\n .option norvc\n1: addi a0, a0, 2\n addi a0, a0, 4\n ecall");
/* The loop goes round a0 times and patches what it has just done: the sum is in a0. */
code(behind,
     ".option norvc\n mv t1, a0\n li a0, 0\n la t0, 1f\n1: addi a0, a0, 1\n lw t2, (t0)\n li t3, 0x100000\n add t2, t2, t3\n"
     "sw t2, (t0)\n fence.i\n addi t1, t1, -1\n bnez t1, 1b\n ecall");
/* As `behind`, but stores with an atomic. */
code(behind_atomic,
     ".option norvc\n mv t1, a0\n li a0, 0\n la t0, 1f\n1: addi a0, a0, 1\n li t3, 0x100000\n amoadd.w t2, t3, (t0)\n"
     "fence.i\n addi t1, t1, -1\n bnez t1, 1b\n ecall");
/* And with a store-conditional, and with one byte of the immediate. */
code(behind_conditional,
     ".option norvc\n mv t1, a0\n li a0, 0\n la t0, 1f\n1: addi a0, a0, 1\n li t3, 0x100000\n lr.w t2, (t0)\n add t2, t2, t3\n"
     "sc.w t2, t2, (t0)\n fence.i\n addi t1, t1, -1\n bnez t1, 1b\n ecall");
code(behind_byte,
     ".option norvc\n mv t1, a0\n li a0, 0\n la t0, 1f\n1: addi a0, a0, 16\n sb t1, 3(t0)\n fence.i\n addi t1, t1, -1\n bnez t1, 1b\n ecall");

static void itself(void) {
  for (int m = 0; m < 4; m++) {
    if (m == 2) continue;
    for (int n = 1; n < 4; n++) field("ahead", enter(ahead, n, MPP(m), ADDI(16 * n)));
    field("behind", enter(behind, 100, MPP(m), 0));
    field("atomic", enter(behind_atomic, 100, MPP(m), 0));
    field("conditional", enter(behind_conditional, 100, MPP(m), 0));
    field("byte", enter(behind_byte, 100, MPP(m), 0));
    put('\n');
  }
}

/* An instruction across two pages, patched half by half. */
static void across(void) {
  u16 *at = (u16 *)&space[2][0] - 1;
  u64 sum = 0;
  u32 *after = (u32 *)(at + 2);
  /* ret, two bytes, then again. */
  ((u16 *)after)[0] = 0x8082;
  for (int i = 0; i < 300; i++) {
    u32 word = i & 1 ? ADDI(i & 1023) : 0x00351513u /* slli a0, a0, 3 */;
    if (i % 3 != 1) at[0] = word;
    if (i % 3 != 2) at[1] = word >> 16;
    fence_i();
    sum = sum * 5 + attempt(run, (long)at, i) + trap.cause;
  }
  field("across", sum);
  put('\n');
}

/* Data beside code: stores to the page of the running code that change nothing of it. */
static void beside(void) {
  u32 *f = space[3];
  u64 sum = 0;
  /* sd a0, 256(ra'): the function stores at its own address + 0x100, loads it again. */
  f[0] = 0x00000297u; /* auipc t0, 0 */
  f[1] = 0x10a2b023u; /* sd a0, 256(t0) */
  f[2] = 0x1002b503u; /* ld a0, 256(t0) */
  f[3] = ADDI(1);
  f[4] = RET;
  fence_i();
  for (int i = 0; i < 2000; i++) {
    sum += attempt(run, (long)f, i);
    f[512 + i % 500] = sum;
  }
  field("beside", sum);
  put('\n');
}

/* The same physical code at two addresses, written through a third. */
static void aliases(void) {
  begin(3);
  map(0x1140000000, 0, PTE(space[0], PTE_ALL));
  map(0x1140005000, 0, PTE(space[0], PTE_ALL));
  map(0x1140009000, 0, PTE(space[0], PTE_ALL));
  flush();
  volatile u32 *f = space[0];
  f[1] = 0x00000073;
  u64 sum = 0;
  for (int i = 0; i < 300; i++) {
    f[0] = ADDI(i & 1023);
    fence_i();
    sum = sum * 3 + enter((void *)0x1140000000, 1, IN_S, 0);
    sum = sum * 3 + enter((void *)0x1140005000, 2, IN_S, 0);
    if (trap.epc != 0x1140005004) text(" wrong pc");
  }
  field("aliases", sum);
  /* Two pages of code at one address by turns. */
  space[1][0] = ADDI(5);
  space[1][1] = 0x00000073;
  space[2][0] = ADDI(7);
  space[2][1] = 0x00000073;
  fence_i();
  u64 *slot = map(0x114000d000, 0, 0);
  for (int i = 0; i < 300; i++) {
    *slot = PTE(space[1 + (i & 1)], PTE_ALL);
    asm volatile("sfence.vma %0" ::"r"(0x114000d000) : "memory");
    sum = sum * 3 + enter((void *)0x114000d000, i, IN_S, 0);
  }
  field("turns", sum);
  put('\n');
}

/* Maps the page that it is in away: behind the fence the other page goes on. a0: where the entry
 * is, a1: the new one. The jump is for QEMU 7.2, which goes on in the old page until one. */
code(map_away, ".option norvc\n sd a1, (a0)\n sfence.vma\n auipc t0, 0\n jr 8(t0)\n li a0, 1\n ecall");
static void mapped_away(void) {
  begin(4);
  for (int p = 1; p < 3; p++)
    for (int i = 0; i < 6; i++) space[p][i] = ((const u32 *)map_away)[i];
  space[2][4] = 0x00200513; /* li a0, 2 */
  fence_i();
  u64 *slot = map(0x1140000000, 0, PTE(space[1], PTE_ALL));
  flush();
  field("away", enter((void *)0x1140000000, (long)slot, IN_S, PTE(space[2], PTE_ALL)));
  field("back", enter((void *)0x1140000000, (long)slot, IN_S, PTE(space[1], PTE_ALL)));
  enter((void *)0x1140000000, (long)slot, IN_S, 0);
  field("gone", trap.cause);
  put('\n');
  csr_write(satp, 0);
}

code(switch_space, ".option norvc\n csrw satp, a0\n li a0, 1\n ecall");
static void switched(void) {
  begin(3);
  for (int p = 1; p < 3; p++)
    for (int i = 0; i < 3; i++) space[p][i] = ((const u32 *)switch_space)[i];
  space[2][1] = 0x00200513;
  fence_i();
  u64 *first = root, *second = new_space();
  map_in(first, 0x1140000000, 0, PTE(space[1], PTE_ALL));
  map_in(second, 0x1140000000, 0, PTE(space[2], PTE_ALL));
  flush();
  csr_write(satp, satp_of(first, 1));
  for (int i = 0; i < 3; i++) {
    field("second", enter((void *)0x1140000000, satp_of(second, 2), IN_S, 0));
    field("first", enter((void *)0x1140000000, satp_of(first, 1), IN_S, 0));
  }
  put('\n');
  csr_write(satp, 0);
}

int main(void) {
  open_memory();
  called();
  itself();
  across();
  beside();
  aliases();
  mapped_away();
  switched();
  text("done\n");
  return 0;
}
