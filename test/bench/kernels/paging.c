/* Sv39: the program, its data and the two devices where they are, in pages of 4 KiB throughout. */
#include "runtime.h"

#define PAGE 4096ul
#define VALID 1ul
#define READ 2ul
#define WRITE 4ul
#define EXECUTE 8ul
#define ACCESSED 64ul
#define DIRTY 128ul
#define LEAF (VALID | READ | WRITE | EXECUTE | ACCESSED | DIRTY)
#define SV39 (8ul << 60)

typedef u64 table[512];

extern u8 program_start[], program_end[];

/* One for each 2 MiB, and a few above them. */
static table tables[40] __attribute__((aligned(4096)));
static int used;

static u64 entry_for(const void *physical, u64 flags) {
  return (u64)physical >> 12 << 10 | flags;
}

static u64 *table_of(u64 entry) {
  return (u64 *)(entry >> 10 << 12);
}

static void map_page(u64 address) {
  u64 *t = tables[0];
  for (int level = 2; level > 0; level--) {
    u64 *slot = &t[address >> (12 + 9 * level) & 511];
    if (*slot == 0) *slot = entry_for(tables[++used], VALID);
    t = table_of(*slot);
  }
  t[address >> 12 & 511] = entry_for((void *)address, LEAF);
}

/* Returns what satp has to be. */
u64 map_memory(void) {
  for (u64 address = (u64)program_start; address < (u64)program_end; address += PAGE) map_page(address);
  map_page(0x100000);
  map_page(0x10000000);
  return SV39 | (u64)tables >> 12;
}
