/* A program that rewrites its own hot code in every way there is: from the same page and another, the
 * very instruction that writes, by words, halves, bytes and atomics, through an alias, run through an
 * alias, and by a disk that reads into it. After each fence.i the new code runs, in M, S and U. */
#include "paging.h"

#define PAGES 4
#define SECTOR 512

static u32 space[PAGES][1024] __attribute__((aligned(4096)));

/* a0 in, a1 rounds: the first instruction is the one that changes. */
code(hot, ".option norvc\n1: addi a0, a0, 0\n slli t0, a0, 13\n xor a0, a0, t0\n srli t0, a0, 7\n xor a0, a0, t0\n"
          "addi a1, a1, -1\n bnez a1, 1b\n ret");
/* Stores a1 at a0. */
code(writer, ".option norvc\n sw a1, 0(a0)\n fence.i\n ret");
/* The store becomes what it stores: addi a3, a3, n; a2 rounds. */
code(itself, ".option norvc\n li a3, 0\n1: sw a1, 0(a0)\n fence.i\n addi a2, a2, -1\n bnez a2, 1b\n mv a0, a3\n ret");
/* The body in another mode, on the stack as that mode sees it. */
long body(long mode);
code(lower, "add sp, sp, a1\n call body\n ecall");

#define HOT 0
#define WRITER 16
#define ITSELF 32
#define ADDI(n) (0x00050513u | (u32)(n) << 20)
#define XORI(n) (0x00054513u | (u32)(n) << 20)
#define ORI(n) (0x00056513u | (u32)(n) << 20)
#define ADD_SUM(n) (0x00068693u | (u32)(n) << 20)

typedef u64 (*hot_function)(u64, u64);
typedef void (*writing_function)(volatile u32 *, u32);
typedef u64 (*self_function)(volatile u32 *, u32, u64);

/* Where things are for the mode that runs: what RAM is moved by, the alias of the code, the disk. */
static u64 physical_space, alias, disk;

/* A legacy virtio block device with one queue of 8. */
static u8 queue[8192] __attribute__((aligned(4096)));
static struct {
  u32 type, reserved;
  u64 sector;
} request;
static volatile u8 status;
static u32 buffer[SECTOR / 4];

#define REGISTER(offset) (*(volatile u32 *)(disk + (offset)))

static u64 physical(volatile void *address) {
  return (u64)address - (u64)space + physical_space;
}

static void start_disk(void) {
  REGISTER(0x70) = 0;
  REGISTER(0x70) = 3;
  REGISTER(0x20) = 0;
  REGISTER(0x28) = 4096;
  REGISTER(0x30) = 0;
  REGISTER(0x38) = 8;
  REGISTER(0x3c) = 4096;
  for (int i = 0; i < 8192; i++) queue[i] = 0;
  REGISTER(0x40) = physical(queue) >> 12;
  REGISTER(0x70) = 7;
}

static void transfer(int isWrite, u64 sector, volatile void *data) {
  volatile struct {
    u64 address;
    u32 length;
    u16 flags, next;
  } *descriptor = (void *)queue;
  volatile u16 *available = (volatile u16 *)(queue + 128), *used = (volatile u16 *)(queue + 4096);
  request.type = isWrite;
  request.sector = sector;
  status = 0xff;
  descriptor[0].address = physical(&request), descriptor[0].length = 16, descriptor[0].flags = 1, descriptor[0].next = 1;
  descriptor[1].address = physical(data), descriptor[1].length = SECTOR, descriptor[1].flags = isWrite ? 1 : 3;
  descriptor[1].next = 2;
  descriptor[2].address = physical((void *)&status), descriptor[2].length = 1, descriptor[2].flags = 2;
  u16 index = available[1];
  available[2 + index % 8] = 0;
  asm volatile("fence" ::: "memory");
  available[1] = index + 1;
  asm volatile("fence" ::: "memory");
  REGISTER(0x50) = 0;
  while (used[1] != (u16)(index + 1)) {
  }
  asm volatile("fence" ::: "memory");
  REGISTER(0x64) = REGISTER(0x60);
}

static inline void fence_i(void) {
  asm volatile("fence.i" ::: "memory");
}

static u32 pick(u64 *random, u32 below) {
  *random = *random * 6364136223846793005ul + 1442695040888963407ul;
  return (*random >> 33) % below;
}

__attribute__((used)) long body(long mode) {
  u64 random = 99 + mode, sum = mode;
  start_disk();
  for (int p = 0; p < PAGES; p++) {
    for (int i = 0; i < 8; i++) space[p][HOT + i] = ((const u32 *)hot)[i], space[p][ITSELF + i] = ((const u32 *)itself)[i];
    for (int i = 0; i < 3; i++) space[p][WRITER + i] = ((const u32 *)writer)[i];
  }
  fence_i();
  for (int round = 0; round < 500; round++) {
    u32 p = pick(&random, PAGES), n = pick(&random, 2048);
    u32 word = (u32[]){ADDI(n), XORI(n), ORI(n)}[pick(&random, 3)];
    volatile u32 *at = &space[p][HOT];
    volatile u32 *other = (volatile u32 *)(alias + 4096 * p);
    hot_function run = (hot_function)at;
    switch (pick(&random, 9)) {
      case 0:
        ((writing_function)&space[p][WRITER])(at, word);
        break;
      case 1:
        ((writing_function)&space[(p + 1) % PAGES][WRITER])(at, word);
        break;
      case 2:
        space[p][ITSELF + 1] = ((const u32 *)itself)[1];
        fence_i();
        sum = sum * 3 + ((self_function)&space[p][ITSELF])(&space[p][ITSELF + 1], ADD_SUM(n), 1 + pick(&random, 90));
        break;
      case 3:
        *other = word;
        fence_i();
        break;
      case 4:
        *at = word;
        fence_i();
        run = (hot_function)other;
        break;
      case 5:
        for (int i = 0; i < SECTOR / 4; i++) buffer[i] = space[p][i];
        buffer[HOT] = word;
        transfer(1, p, buffer);
        transfer(0, p, space[p]);
        fence_i();
        sum += status;
        break;
      case 6:
        ((volatile u16 *)at)[1] = word >> 16;
        fence_i();
        break;
      case 7:
        ((volatile u8 *)at)[3] = word >> 24;
        fence_i();
        break;
      default:
        asm volatile("amoswap.w zero, %0, (%1)\n fence.i" ::"r"(word), "r"(at) : "memory");
    }
    sum = sum * 5 + run(sum, round % 50 == 0 ? 3000 : 1 + pick(&random, 80));
    sum = sum * 7 + ((hot_function)&space[pick(&random, PAGES)][HOT])(sum, 3);
  }
  return sum;
}

int main(void) {
  open_memory();
  begin(3);
  physical_space = (u64)space;
  for (int p = 0; p < PAGES; p++) {
    map(0x1140000000 + PAGE * p, 0, PTE(space[p], PTE_ALL));
    map(0x1150000000 + PAGE * p, 0, PTE(space[p], PTE_ALL | PTE_U));
  }
  map(0x1160000000, 0, PTE(0x10001000, PTE_V | PTE_R | PTE_W | PTE_A | PTE_D));
  map(0x1170000000, 0, PTE(0x10001000, PTE_V | PTE_R | PTE_W | PTE_A | PTE_D | PTE_U));
  flush();
  alias = (u64)space, disk = 0x10001000;
  field("machine", enter(lower, 3, IN_M, 0));
  alias = 0x1140000000, disk = 0x1160000000;
  field("supervisor", enter(lower, 1, IN_S, 0));
  field("cause", trap.cause);
  alias = 0x1150000000, disk = 0x1170000000;
  field("user", enter((void *)FOR_U(lower), 0, IN_U, 0x40000000));
  field("cause", trap.cause);
  text("\ndone\n");
  return 0;
}
