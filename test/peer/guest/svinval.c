/*
 * Svinval: who may, TVM, and that the page tables are looked at again. Left out: the two fences in
 * U, which are illegal there by the manual (Privileged, Svinval) and not under QEMU 7.2.
 */
#include "paging.h"

#define SINVAL_VMA ".insn r 0x73, 0, 0x0b, x0, %0, %1"
code(sinval, ".insn r 0x73, 0, 0x0b, x0, a0, a1\n ecall");
code(write_inval, ".insn r 0x73, 0, 0x0c, x0, x0, x0\n ecall");
code(inval_read, ".insn r 0x73, 0, 0x0c, x0, x0, x1\n ecall");
code(load_double, "ld a0, (a0)\n ecall");

static u64 target[2][512] __attribute__((aligned(4096)));

int main(void) {
  open_memory();
  static const u64 modes[] = {IN_U, IN_S, IN_M, IN_S | TVM, IN_M | TVM};
  for (int m = 0; m < 5; m++) {
    enter(sinval, 0x1000, modes[m], 1);
    outcome("sinval.vma");
    if (m == 0) continue;
    enter(write_inval, 0, modes[m], 0);
    outcome("sfence.w.inval");
    enter(inval_read, 0, modes[m], 0);
    outcome("sfence.inval.ir");
  }
  begin(3);
  target[0][0] = 5;
  target[1][0] = 7;
  u64 va = 0x1140000000;
  for (int way = 0; way < 4; way++) {
    u64 *slot = map(va, 0, PTE(target[0], PTE_ALL));
    flush();
    field("before", visit(load_double, IN_S, va, 0));
    *slot = PTE(target[1], PTE_ALL);
    asm volatile(".insn r 0x73, 0, 0x0c, x0, x0, x0" ::: "memory");
    if (way == 0) asm volatile(".insn r 0x73, 0, 0x0b, x0, x0, x0" ::: "memory");
    if (way == 1) asm volatile(".insn r 0x73, 0, 0x0b, x0, %0, x0" ::"r"(va) : "memory");
    if (way == 2) asm volatile(".insn r 0x73, 0, 0x0b, x0, x0, %0" ::"r"(0) : "memory");
    if (way == 3) asm volatile(SINVAL_VMA ::"r"(va), "r"(0) : "memory");
    asm volatile(".insn r 0x73, 0, 0x0c, x0, x0, x1" ::: "memory");
    field("after", visit(load_double, IN_S, va, 0));
  }
  csr_write(satp, 0);
  text("\ndone\n");
  return 0;
}
