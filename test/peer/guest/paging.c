/* Address translation: permissions, sizes, malformed entries, accessed and dirty bits, addresses
 * that are not canonical, accesses across pages, fences and address spaces. */
#include "paging.h"

code(load_byte, "lbu a0, (a0)\n ecall");
code(load_double, "ld a0, (a0)\n ecall");
code(store_byte, "sb a1, (a0)\n ecall");
code(store_double, "sd a1, (a0)\n ecall");
code(load_reserved, "lr.d a0, (a0)\n ecall");
code(amo, "amoadd.d a0, a1, (a0)\n ecall");
code(load_float, "fld fa0, (a0)\n fmv.x.d a0, fa0\n ecall");
code(go, "jr a0");
/* SUM off, on and off again around loads of one user page. */
code(toggle_sum,
     "li t0, 0x40000\n csrs sstatus, t0\n ld a1, (a0)\n csrc sstatus, t0\n csrs sstatus, t0\n ld a1, (a0)\n"
     "csrc sstatus, t0\n ld a1, (a0)\n ecall");

/* What is mapped: four pages of data; the first begins with a program that only calls. */
static u64 target[4][512] __attribute__((aligned(4096)));

#define VA 0x1140c07000ul

static void prepare(void) {
  for (int p = 0; p < 4; p++)
    for (int i = 0; i < 512; i++) target[p][i] = (u64)(p + 1) << 32 | i;
  for (int p = 0; p < 4; p++) target[p][0] = 0x00000073;
  asm volatile("fence.i" ::: "memory");
}

static const u64 rights[] = {PTE_R, PTE_R | PTE_W, PTE_X, PTE_R | PTE_X, PTE_RWX};
static const u64 statuses[] = {0, SUM, MXR, SUM | MXR};

static void permissions(int level) {
  u64 size = PAGE << 9 * level;
  u64 physical = (u64)target & -size;
  u64 address = (VA & -size) + ((u64)target & (size - 1));
  for (int user = 0; user < 2; user++)
    for (int r = 0; r < 5; r++) {
      map(VA & -size, level, PTE(physical, PTE_V | rights[r] | PTE_A | PTE_D | (user ? PTE_U : 0)));
      flush();
      field("level", level);
      field("user", user);
      field("rights", rights[r]);
      put(' ');
      for (int privilege = 0; privilege < 2; privilege++) {
        for (int s = 0; s < 4; s++) {
          u64 status = statuses[s] | MPP(privilege);
          long value = visit(load_double, status, address + 8, 0);
          mark(address + 8);
          if (value != target[0][1] && trap.cause < 12) text(" value ");
          visit(store_double, status, address + 16, 7);
          mark(address + 16);
          visit(go, status, address, 0);
          mark(address);
          visit(amo, status, address + 24, 0);
          mark(address + 24);
          visit(load_reserved, status, address + 8, 0);
          mark(address + 8);
          put(' ');
        }
      }
      put('\n');
    }
}

/* The same seen from M with MPRV. */
code(under_mprv, "csrs mstatus, a1\n ld a0, 8(a0)\n ecall");
static void modified_privilege(void) {
  text("MPRV ");
  for (int user = 0; user < 2; user++)
    for (int m = 0; m < 4; m++) {
      if (m == 2) continue;
      map(VA, 0, PTE(target, PTE_V | PTE_X | PTE_A | (user ? PTE_U : 0)));
      flush();
      for (int s = 0; s < 4; s++) {
        /* csrs leaves MPP as mret set it, U, but for the bits added. */
        enter(under_mprv, VA, IN_M, MPRV | MPP(m) | statuses[s]);
        put(trap.cause == 11 ? '.' : "0123456789abcdef"[trap.cause & 15]);
      }
    }
  put('\n');
}

static void marks(void) {
  static const void *const programs[] = {load_double, store_double, go, amo, load_reserved, load_float};
  for (int p = 0; p < 6; p++)
    for (int bits = 0; bits < 4; bits++) {
      u64 flags = (bits & 1 ? PTE_A : 0) | (bits & 2 ? PTE_D : 0);
      u64 *slot = map(VA, 0, PTE(target, PTE_V | PTE_RWX | flags));
      flush();
      visit(programs[p], IN_S | FS, VA, 0);
      field("before", flags);
      field("after", *slot & 0x3ff);
      put(' ');
      mark(VA);
      put('\n');
    }
  /* A load first, then a store through the same translation; then one that may not. */
  u64 *slot = map(VA, 0, PTE(target, PTE_V | PTE_RWX));
  flush();
  visit(load_double, IN_S, VA, 0);
  field("loaded", *slot & 0x3ff);
  visit(store_double, IN_S, VA + 8, 7);
  field("stored", *slot & 0x3ff);
  *slot = PTE(target, PTE_V | PTE_R);
  flush();
  visit(store_double, IN_S, VA + 8, 7);
  field("refused", *slot & 0x3ff);
  put('\n');
}

static void malformed(void) {
  static const u64 leaves[] = {0, PTE_R | PTE_A, PTE_V | PTE_W | PTE_A | PTE_D, PTE_V | PTE_W | PTE_X | PTE_A | PTE_D,
                               PTE_V, PTE_V | PTE_G, PTE_V | PTE_A};
  for (unsigned i = 0; i < sizeof leaves / sizeof *leaves; i++) {
    map(VA, 0, PTE(target, leaves[i]));
    flush();
    field("leaf", leaves[i]);
    put(' ');
    visit(load_double, IN_S, VA, 0);
    mark(VA);
    visit(store_double, IN_S, VA, 0);
    mark(VA);
    visit(go, IN_S, VA, 0);
    mark(VA);
    put('\n');
  }
  for (int bit = 8; bit < 10; bit++) {
    map(VA, 0, PTE(target, PTE_ALL | 1ul << bit));
    flush();
    visit(load_double, IN_S, VA, 0);
    mark(VA);
  }
  for (int bit = 54; bit < 64; bit++) {
    map(VA, 0, PTE(target, PTE_ALL) | 1ul << bit);
    flush();
    field("bit", bit);
    put(' ');
    visit(load_double, IN_S, VA, 0);
    mark(VA);
    u64 *up = map(VA, 1, 0);
    u64 *t = take_table();
    t[VA >> 12 & 511] = PTE(target, PTE_ALL);
    *up = PTE(t, PTE_V) | 1ul << bit;
    flush();
    visit(load_double, IN_S, VA, 0);
    mark(VA);
    *up = PTE(t, PTE_V);
  }
  put('\n');
  /* Pointers with bits of leaves. */
  for (int level = 1; level < levels; level++) {
    u64 *slot = map(VA, level, 0);
    used += 0;
    static const u64 flags[] = {PTE_A, PTE_D, PTE_U, PTE_G, PTE_A | PTE_D | PTE_U};
    for (int i = 0; i < 5; i++) {
      *slot = 0;
      map(VA, 0, PTE(target, PTE_ALL));
      *slot |= flags[i];
      flush();
      visit(load_double, IN_S, VA, 0);
      mark(VA);
    }
    *slot = 0;
    put('\n');
  }
  /* Superpages whose low page numbers are not 0. */
  for (int level = 1; level < levels; level++) {
    for (int bit = 0; bit < 9 * level; bit++) {
      u64 *slot = map(VA, level, PTE(0, PTE_ALL) | 1ul << (10 + bit));
      flush();
      visit(load_double, IN_S, VA, 0);
      mark(VA);
      *slot = 0;
    }
    put('\n');
  }
}

static void canonical(void) {
  int bits = 12 + 9 * levels;
  static const u64 more[] = {0xfffffffffffff000ul, 0x8000000000000000ul, 0x7ffffffffffff000ul, 0x0123456789abc000ul};
  map(0xfffffffffffff000ul, 0, PTE(target, PTE_ALL));
  map(0, 0, PTE(target, PTE_ALL));
  flush();
  for (int i = 0; i < 4; i++) {
    visit(load_double, IN_S, more[i], 0);
    mark(more[i]);
    visit(go, IN_S, more[i], 0);
    mark(more[i]);
  }
  for (int bit = bits - 1; bit < 64; bit++) {
    visit(load_double, IN_S, 1ul << bit, 0);
    mark(1ul << bit);
    visit(store_double, IN_S, ~(1ul << bit) & -PAGE, 0);
    mark(~(1ul << bit) & -PAGE);
    visit(go, IN_S, 1ul << bit, 0);
    mark(1ul << bit);
  }
  put('\n');
}

static void across(void) {
  static const void *const programs[] = {load_double, store_double, load_float};
  /* First, second, both or no page there; the pages not adjacent in memory. */
  for (int there = 0; there < 4; there++) {
    map(VA, 0, there & 1 ? PTE(target[0], PTE_ALL) : 0);
    map(VA + PAGE, 0, there & 2 ? PTE(target[2], PTE_ALL) : 0);
    flush();
    field("there", there);
    for (int p = 0; p < 3; p++)
      for (int offset = -8; offset <= 0; offset++) {
        u64 at = VA + PAGE + offset;
        long value = visit(programs[p], IN_S | FS, at, 0x1020304050607080);
        put(' ');
        mark(at);
        hex(trap.cause == 9 ? value : trap.value);
      }
    field("end", target[0][511]);
    field("begin", target[2][0]);
    put('\n');
    target[0][511] = 0x1111111111111111;
    target[2][0] = 0x00000073;
  }
  /* An instruction of four bytes across them: addi a0, a0, 0x123; then ecall. */
  u16 *end = (u16 *)&target[1][0] - 1;
  end[0] = 0x0513;
  u16 *begin = (u16 *)target[2];
  begin[0] = 0x1235;
  begin[1] = 0x0073;
  begin[2] = 0x0000;
  asm volatile("fence.i" ::: "memory");
  for (int there = 0; there < 4; there++) {
    map(VA, 0, there & 1 ? PTE(target[0], PTE_ALL) : 0);
    map(VA + PAGE, 0, there & 2 ? PTE(target[2], PTE_ALL) : 0);
    flush();
    long value = enter((void *)(VA + PAGE - 2), 0x1000, IN_S, 0);
    field("there", there);
    field("a0", value);
    outcome(" fetch across");
  }
  prepare();
}

static void fences(void) {
  u64 *slot = map(VA, 0, PTE(target[0], PTE_ALL));
  flush();
  for (int way = 0; way < 6; way++) {
    *slot = PTE(target[0], PTE_ALL);
    flush();
    long before = visit(load_double, IN_S, VA + 8, 0);
    *slot = way == 5 ? 0 : PTE(target[1], PTE_ALL);
    switch (way) {
      case 0: asm volatile("sfence.vma" ::: "memory"); break;
      case 1: asm volatile("sfence.vma %0" ::"r"(VA) : "memory"); break;
      case 2: asm volatile("sfence.vma x0, %0" ::"r"(0) : "memory"); break;
      case 3: asm volatile("sfence.vma %0, %1" ::"r"(VA), "r"(0) : "memory"); break;
      case 4: asm volatile("sfence.vma %0" ::"r"(VA + 0x123) : "memory"); break;
      case 5: asm volatile("sfence.vma %0" ::"r"(VA) : "memory"); break;
    }
    long after = visit(load_double, IN_S, VA + 8, 0);
    field("before", before);
    field("after", after);
    put(' ');
    mark(VA + 8);
    put('\n');
  }
  /* One fence anywhere in a superpage is enough for all of it. */
  u64 base = (u64)target & -0x200000ul;
  u64 here = (u64)target - base;
  u64 *large = map(VA + 0x200000, 1, PTE(base, PTE_ALL));
  u64 at = ((VA + 0x200000) & -0x200000ul) + here + 8;
  flush();
  for (int p = 0; p < 4; p++) visit(load_double, IN_S, at + p * PAGE, 0);
  *large = 0;
  asm volatile("sfence.vma %0" ::"r"(at + 0x10000) : "memory");
  for (int p = 0; p < 4; p++) {
    visit(load_double, IN_S, at + p * PAGE, 0);
    mark(at + p * PAGE);
  }
  put('\n');
}

static void spaces(void) {
  u64 *first = root, *second = new_space();
  map_in(first, VA, 0, PTE(target[0], PTE_ALL));
  map_in(second, VA, 0, PTE(target[1], PTE_ALL));
  map_in(first, VA + PAGE, 0, PTE(target[2], PTE_ALL | PTE_G));
  map_in(second, VA + PAGE, 0, PTE(target[2], PTE_ALL | PTE_G));
  flush();
  for (int round = 0; round < 3; round++)
    for (int s = 0; s < 2; s++) {
      csr_write(satp, satp_of(s ? second : first, s + 1));
      field("private", visit(load_double, IN_S, VA + 8, 0));
      field("shared", visit(load_double, IN_S, VA + PAGE + 8, 0));
      field("code", visit(go, IN_S, VA, 0));
    }
  /* The other space loses its page; this one keeps its own. */
  map_in(first, VA, 0, PTE(target[3], PTE_ALL));
  asm volatile("sfence.vma x0, %0" ::"r"(1) : "memory");
  field("own", visit(load_double, IN_S, VA + 8, 0));
  csr_write(satp, satp_of(first, 1));
  field("other", visit(load_double, IN_S, VA + 8, 0));
  csr_write(satp, satp_of(first, 0));
  flush();
  put('\n');
}

static void delegated(void) {
  csr_write(medeleg, 0xb109);
  map(VA, 0, PTE(target, PTE_V | PTE_R | PTE_A | PTE_U));
  flush();
  for (int p = 0; p < 2; p++) {
    u64 status = MPP(p);
    visit(load_double, status, VA + PAGE, 0);
    outcome("load delegated");
    visit(store_double, status, VA, 0);
    outcome("store delegated");
    visit(go, status, VA, 0);
    outcome("fetch delegated");
    visit(load_byte, status, VA, 0);
    outcome("load");
    enter((void *)(VA + PAGE + 2), 0, status, 0);
    outcome("return to nowhere");
    enter((void *)0x7ffffffffffffffeul, 0, status, 0);
    outcome("return to no address");
  }
  visit(toggle_sum, IN_S, VA, 0);
  outcome("SUM on and off");
  csr_write(medeleg, 0);
}

int main(void) {
  open_memory();
  for (int n = 3; n <= 5; n++) {
    field("levels", n);
    put('\n');
    begin(n);
    prepare();
    for (int level = 0; level < n; level++) {
      begin(n);
      permissions(level);
    }
    begin(n);
    modified_privilege();
    marks();
    begin(n);
    malformed();
    begin(n);
    canonical();
    begin(n);
    across();
    begin(n);
    fences();
    begin(n);
    spaces();
    begin(n);
    delegated();
    csr_write(satp, 0);
  }
  text("done\n");
  return 0;
}
