/* What gdb looks at: calls in M, then the same in S behind page tables of 4 KiB, under a timer. */
#include <stdint.h>

#define UART (*(volatile uint8_t *)0x10000000)
#define MTIME (*(volatile uint64_t *)0x200bff8)
#define MTIMECMP (*(volatile uint64_t *)0x2004000)
#define SIZE 0x10000ul
/* Where the program is seen once more. */
#define ALIAS 0x180000ul

volatile uint64_t counter;
volatile uint64_t ticks;
volatile uint64_t results[4];
volatile uint8_t bytes[16] = "0123456789abcdef";
static uint64_t tables[3][512] __attribute__((aligned(4096)));

__attribute__((interrupt("machine"), aligned(4))) void on_timer(void) {
  ticks++;
  MTIMECMP = MTIME + 2000;
}

__attribute__((noinline)) int leaf(int a, int b) {
  counter += a;
  return a * b + (int)counter;
}

__attribute__((noinline)) int middle(int n) {
  int sum = 0;
  for (int i = 0; i < n; i++) sum += leaf(i, n);
  return sum;
}

__attribute__((noinline)) int top(int n) {
  results[0] = n;
  int sum = middle(n) + 1;
  results[1] = sum;
  return sum;
}

/* Accesses of other kinds: bytes, across pages is the linker's affair, read-modify-write. */
__attribute__((noinline)) void update(void) {
  bytes[3] = bytes[5];
  __atomic_fetch_add(&results[2], 5, __ATOMIC_SEQ_CST);
}

static void map(uint64_t virtual, uint64_t physical) {
  tables[0][virtual >> 30 & 511] = (uint64_t)tables[1] >> 12 << 10 | 1;
  tables[1][virtual >> 21 & 511] = (uint64_t)tables[2] >> 12 << 10 | 1;
  tables[2][virtual >> 12 & 511] = physical >> 12 << 10 | 0xcf;
}

void supervisor(void) {
  int (*again)(int) = (int (*)(int))((uint64_t)top + ALIAS);
  for (int round = 0;; round++) {
    top(3);
    again(2);
    update();
    if (round % 65536 == 0) results[3]++;
  }
}

void begin(void) {
  for (int i = 0; i < 3; i++) top(4);
  update();
  UART = '!';
  for (uint64_t at = 0x80000000; at < 0x80000000 + SIZE; at += 4096) {
    map(at, at);
    map(at + ALIAS, at);
  }
  asm volatile("csrw pmpaddr0, %0; csrw pmpcfg0, %1" ::"r"(~0ull), "r"(0x1full));
  asm volatile("csrw satp, %0; sfence.vma" ::"r"(8ull << 60 | (uint64_t)tables[0] >> 12));
  asm volatile("csrw mtvec, %0" ::"r"(on_timer));
  MTIMECMP = MTIME + 2000;
  asm volatile("csrs mie, %0" ::"r"(1 << 7));
  asm volatile("csrc mstatus, %0; csrs mstatus, %1" ::"r"(3 << 11), "r"(1 << 11 | 1 << 7));
  asm volatile("csrw mepc, %0; mret" ::"r"(supervisor));
}
