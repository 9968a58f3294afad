/* Physical memory protection: each way to match, priorities, locks, page tables, M and MPRV. */
#include "paging.h"

code(load_byte, "lbu a0, (a0)\n ecall");
code(load_double, "ld a0, (a0)\n ecall");
code(load_word, "lwu a0, (a0)\n ecall");
code(store_byte, "sb a1, (a0)\n ecall");
code(store_double, "sd a1, (a0)\n ecall");
code(go, "jr a0");
code(under_mprv, "csrs mstatus, a1\n ld a0, (a0)\n ecall");

static u64 target[2048] __attribute__((aligned(16384)));
#define AT(offset) ((u64)target + (offset))

#define R 1ul
#define W 2ul
#define X 4ul
#define TOR 8ul
#define NA4 16ul
#define NAPOT 24ul
#define L 128ul

/* Entries 0 to 3; entry 15 opens the rest. */
static void protect(u64 cfg, u64 a0, u64 a1, u64 a2) {
  csr_write(pmpcfg0, 0);
  csr_write(pmpaddr0, a0);
  csr_write(pmpaddr1, a1);
  csr_write(pmpaddr2, a2);
  csr_write(pmpcfg0, cfg);
  asm volatile("sfence.vma" ::: "memory");
}

static void mark_pmp(u64 address) {
  if (trap.cause == 8 || trap.cause == 9 || trap.cause == 11) put('.');
  else put("0123456789abcdef"[trap.cause & 15]);
  if (trap.cause < 8 && trap.value != address) field("tval", trap.value);
}

static void probe(const char *what, u64 mode) {
  static const int offsets[] = {0, 4, 8, 0x78, 0x7c, 0x80, 0xf8, 0xfc, 0x100, 0x104, 0xff8, 0xffc, 0x1000, 0x1ff8, 0x2000};
  text(what);
  for (int i = 0; i < 15; i++) {
    u64 at = AT(offsets[i]);
    put(' ');
    enter(load_byte, at, mode, 0);
    mark_pmp(at);
    enter(load_word, at, mode, 0);
    mark_pmp(at);
    if (at % 8 == 0) {
      enter(load_double, at, mode, 0);
      mark_pmp(at);
      enter(store_double, at, mode, 0x73);
      mark_pmp(at);
    }
    enter(store_byte, at, mode, 0x73);
    mark_pmp(at);
    enter(go, at, mode, 0);
    mark_pmp(at);
  }
  put('\n');
}

static void each(const char *what) {
  probe(what, IN_U);
  probe(what, IN_S);
  probe(what, IN_M);
}

static u64 napot(u64 address, u64 size) {
  return address >> 2 | (size / 8 - 1);
}

int main(void) {
  for (int i = 0; i < 2048; i++) target[i] = 0x73;
  asm volatile("fence.i" ::: "memory");
  open_memory();
  each("open");
  for (u64 rights = 0; rights < 8; rights++) {
    /* Write without read is reserved. */
    if ((rights & 3) == W) continue;
    field("rights", rights);
    protect(NAPOT | rights, napot(AT(0), 0x100), 0, 0);
    each(" napot");
    protect(NAPOT | rights, napot(AT(0), 0x1000), 0, 0);
    each(" page");
    protect(NA4 | rights, AT(4) >> 2, 0, 0);
    each(" na4");
    protect(TOR << 8 | rights << 8, AT(0x80) >> 2, AT(0x1000) >> 2, 0);
    each(" tor");
  }
  protect(TOR << 8 | (R | W | X) << 8, AT(0x1000) >> 2, AT(0x80) >> 2, 0);
  each("empty tor");
  protect(TOR | R, AT(0x100) >> 2, 0, 0);
  probe("tor from 0", IN_U);
  protect(NAPOT | R | NAPOT << 8 | TOR << 16 | (R | W) << 16, napot(AT(0), 0x80), napot(AT(0), 0x1000), AT(0x2000) >> 2);
  each("priorities");

  /* M in the shoes of U and S. */
  protect(NAPOT, napot(AT(0), 0x100), 0, 0);
  for (int m = 0; m < 4; m++) {
    if (m == 2) continue;
    enter(under_mprv, AT(0), IN_M, MPRV | MPP(m));
    mark_pmp(AT(0));
    enter(under_mprv, AT(0x100), IN_M, MPRV | MPP(m));
    mark_pmp(AT(0x100));
  }
  put('\n');

  /* Translated accesses are checked where they arrive. */
  csr_write(pmpcfg0, 0);
  begin(3);
  map(0x1140000000, 0, PTE(target, PTE_ALL));
  map(0x1140001000, 0, PTE(target + 512, PTE_ALL));
  protect(NAPOT | R, napot(AT(0), 0x1000), 0, 0);
  flush();
  for (u64 at = 0x1140000000; at < 0x1140002000; at += 0x1000) {
    visit(load_double, IN_S, at, 0);
    mark_pmp(at);
    visit(store_double, IN_S, at, 0x73);
    mark_pmp(at);
    visit(go, IN_S, at, 0);
    mark_pmp(at);
  }
  protect(0, 0, 0, 0);
  visit(store_double, IN_S, 0x1140000000, 0x73);
  mark_pmp(0x1140000000);
  put('\n');
  /* A page table that the walk may not read. */
  protect(NAPOT, napot((u64)tables[2], 0x1000), 0, 0);
  visit(load_double, IN_S, 0x1140000000, 0);
  outcome("closed table");
  visit(store_double, IN_S, 0x1140000000, 0);
  outcome("closed table");
  visit(go, IN_S, 0x1140000000, 0);
  outcome("closed table");
  csr_write(satp, 0);

  /* Locks last. */
  protect(NAPOT | R | L, napot(AT(0), 0x100), 0, 0);
  each("locked");
  csr_write(pmpaddr0, 0);
  csr_write(pmpcfg0, 0);
  field("pmpcfg0", csr_read(pmpcfg0));
  field("pmpaddr0", csr_read(pmpaddr0));
  csr_write(pmpaddr3, AT(0x300) >> 2);
  csr_write(pmpaddr4, AT(0x400) >> 2);
  csr_write(pmpcfg0, (TOR | L | R) << 32);
  csr_write(pmpaddr3, 0);
  csr_write(pmpaddr4, 0);
  csr_write(pmpaddr5, 5);
  field("pmpcfg0", csr_read(pmpcfg0));
  field("pmpaddr3", csr_read(pmpaddr3));
  field("pmpaddr4", csr_read(pmpaddr4));
  field("pmpaddr5", csr_read(pmpaddr5));
  put('\n');
  text("done\n");
  return 0;
}
