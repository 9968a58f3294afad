/* What every guest program of the privileged suite uses: the console, guarded calls, CSRs. */
#pragma once
typedef unsigned long u64;
typedef unsigned int u32;
typedef unsigned short u16;
typedef unsigned char u8;

/* What the last trap left, and the mode (3 or 1) that took it. */
extern volatile struct {
  long cause;
  u64 epc, value, status, mode;
  long a0;
  /* Which slot of the vector was entered; s2 to s9 at the trap. */
  u64 vector, saved[8];
} trap;
extern const u8 trap_entry[], supervisor_trap_entry[];

typedef long (*attempted)(long, long);
long attempt(attempted function, long a, long b);
long enter(const volatile void *pc, long a0, u64 status, long a1);
void power_off(void) __attribute__((noreturn));

/* Bits of mstatus; MPP as a privilege. */
#define SIE 0x2ul
#define MIE 0x8ul
#define SPIE 0x20ul
#define MPIE 0x80ul
#define SPP 0x100ul
#define FS 0x6000ul
#define MPRV 0x20000ul
#define SUM 0x40000ul
#define MXR 0x80000ul
#define TVM 0x100000ul
#define TW 0x200000ul
#define TSR 0x400000ul
#define MPP(privilege) ((u64)(privilege) << 11)
#define IN_U MPP(0)
#define IN_S MPP(1)
#define IN_M MPP(3)

static inline void put(char c) {
  /* The serial port of virt. */
  volatile u8 *uart = (u8 *)0x10000000;
  while ((uart[5] & 0x20) == 0) {
  }
  uart[0] = c;
}

static inline void text(const char *s) {
  for (; *s; s++) put(*s);
}

static inline void hex(u64 value) {
  int shift = 60;
  while (shift > 0 && (value >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) put("0123456789abcdef"[value >> shift & 15]);
}

static inline void field(const char *name, u64 value) {
  put(' ');
  text(name);
  put('=');
  hex(value);
}

/* One line: what was tried and how it ended. */
static inline void outcome(const char *what) {
  text(what);
  if (trap.cause == -1) {
    text(" no trap\n");
    return;
  }
  field("mode", trap.mode);
  field("cause", trap.cause);
  field("epc", trap.epc);
  field("tval", trap.value);
  field("status", trap.status);
  field("a0", trap.a0);
  put('\n');
}

#define csr_read(name)                              \
  ({                                                \
    u64 _value;                                     \
    asm volatile("csrr %0, " #name : "=r"(_value)); \
    _value;                                         \
  })
#define csr_write(name, value) asm volatile("csrw " #name ", %0" ::"r"((u64)(value)) : "memory")
#define csr_set(name, value) asm volatile("csrs " #name ", %0" ::"r"((u64)(value)) : "memory")
#define csr_clear(name, value) asm volatile("csrc " #name ", %0" ::"r"((u64)(value)) : "memory")

/* Opens all of memory to S and U: PMP entry 15 as NAPOT over everything. */
static inline void open_memory(void) {
  csr_write(pmpaddr15, ~0ul);
  csr_write(pmpcfg2, 0x1ful << 56);
}

/* A piece of code without prologue: `code(name, "instructions")`; in C `name` is its address. */
#define code(name, instructions) \
  extern const u8 name[];        \
  asm(".text\n.balign 4\n" #name ":\n.option push\n.option arch, +zba, +zbb, +zbs, +zbc\n" instructions "\n.option pop\n")
