/* Page tables for Sv39, Sv48 and Sv57, made in machine mode. */
#pragma once
#include "guest.h"

#define PTE_V 1ul
#define PTE_R 2ul
#define PTE_W 4ul
#define PTE_X 8ul
#define PTE_U 16ul
#define PTE_G 32ul
#define PTE_A 64ul
#define PTE_D 128ul
#define PTE_RWX (PTE_R | PTE_W | PTE_X)
#define PTE_ALL (PTE_V | PTE_RWX | PTE_A | PTE_D)

#define PAGE 4096ul
#define PTE(physical, flags) (((u64)(physical) >> 12) << 10 | (flags))

typedef u64 table[512];

static table tables[96] __attribute__((aligned(4096)));
static int used;
/* Levels of the mode: 3, 4 or 5; and satp without ASID. */
static int levels;
static u64 *root;

static u64 *take_table(void) {
  u64 *t = tables[used++];
  for (int i = 0; i < 512; i++) t[i] = 0;
  return t;
}

static inline u64 satp_of(u64 *top, u64 asid) {
  return (u64)(levels + 5) << 60 | asid << 44 | (u64)top >> 12;
}

/* Writes an entry at a level (0: 4 KiB), making the tables above it; gives where it is. */
static u64 *map_in(u64 *top, u64 address, int level, u64 entry) {
  u64 *t = top;
  for (int l = levels - 1;; l--) {
    u64 *slot = &t[address >> (12 + 9 * l) & 511];
    if (l == level) {
      *slot = entry;
      return slot;
    }
    if ((*slot & PTE_V) == 0) *slot = PTE(take_table(), PTE_V);
    t = (u64 *)((*slot >> 10 & 0xffffffffffful) << 12);
  }
}

static inline u64 *map(u64 address, int level, u64 entry) {
  return map_in(root, address, level, entry);
}

/* Where U sees what is at a physical address of RAM. */
#define FOR_U(address) ((u64)(address) + 0x40000000ul)

/* RAM where it is for S, and 1 GiB above for U. */
static u64 *new_space(void) {
  u64 *top = take_table();
  map_in(top, 0x80000000, 2, PTE(0x80000000, PTE_ALL));
  map_in(top, 0xc0000000, 2, PTE(0x80000000, PTE_ALL | PTE_U));
  return top;
}

/* A fresh address space of a mode with `n` levels, in use. */
static inline void begin(int n) {
  used = 0;
  levels = n;
  root = new_space();
  csr_write(satp, satp_of(root, 0));
  asm volatile("sfence.vma" ::: "memory");
}

static inline void flush(void) {
  asm volatile("sfence.vma" ::: "memory");
}

/* Runs a piece of code in S or U, through the address space. */
static inline long visit(const void *pc, u64 status, long a0, long a1) {
  u64 at = (status & MPP(3)) == IN_U ? FOR_U(pc) : (u64)pc;
  return enter((void *)at, a0, status, a1);
}

/* One character: how the last visit ended. '.' is an ecall, so all went well. */
static inline void mark(u64 address) {
  if (trap.cause == 8 || trap.cause == 9) put('.');
  else put("0123456789abcdef"[trap.cause & 15]);
  if (trap.cause >= 12 && trap.value != address) field("tval", trap.value);
}
