/* A thousand threads that switch in the middle of deep call chains: by asking for it, and because a timer
 * takes the processor away. Each keeps a sum that depends on nothing but its own calls coming back right. */
#include "guest.h"

#define THREADS 1000
#define STACK 16384
#define ROUNDS 2

static volatile u64 *const mtimecmp = (u64 *)0x2004000ul;
static volatile u64 *const mtime = (u64 *)0x200bff8ul;

typedef struct {
  /* x0 to x31 (x0: pc) and mstatus, for the timer's switches; of the others, only sp. */
  u64 x[32], status;
  u64 sum, random, rounds, done;
} thread;

static thread all[THREADS];
static u64 stacks[THREADS][STACK / 8] __attribute__((aligned(16)));
static thread *current;
static u64 switches, preemptions;

static inline u64 next(u64 *random) {
  *random = *random * 6364136223846793005ul + 1442695040888963407ul;
  return *random >> 33;
}

/* switch_to(u64 *save, u64 load): what C keeps across calls goes to the stack, and the stack changes. */
void switch_to(u64 *save, u64 load);
asm(".text\nswitch_to:\n addi sp, sp, -112\n"
    "sd ra, 0(sp)\n sd s0, 8(sp)\n sd s1, 16(sp)\n sd s2, 24(sp)\n sd s3, 32(sp)\n sd s4, 40(sp)\n sd s5, 48(sp)\n"
    "sd s6, 56(sp)\n sd s7, 64(sp)\n sd s8, 72(sp)\n sd s9, 80(sp)\n sd s10, 88(sp)\n sd s11, 96(sp)\n"
    "sd sp, (a0)\n mv sp, a1\n"
    "ld ra, 0(sp)\n ld s0, 8(sp)\n ld s1, 16(sp)\n ld s2, 24(sp)\n ld s3, 32(sp)\n ld s4, 40(sp)\n ld s5, 48(sp)\n"
    "ld s6, 56(sp)\n ld s7, 64(sp)\n ld s8, 72(sp)\n ld s9, 80(sp)\n ld s10, 88(sp)\n ld s11, 96(sp)\n"
    "addi sp, sp, 112\n ret\n");

/* How a thread is left in the middle of its calls: to the next, to a random one, back and forth with one. */
static void (*leave)(thread *self);

static __attribute__((noinline)) u64 deeper(thread *self, u64 depth, u64 x);

/* Two functions that call each other, and code between the calls whose registers must survive. */
static __attribute__((noinline)) u64 other(thread *self, u64 depth, u64 x) {
  u64 a = x * 31 + depth, b = x ^ a >> 7;
  u64 y = deeper(self, depth - 1, a ^ 0x55);
  return (y + a) * 3 + (b ^ depth);
}

static __attribute__((noinline)) u64 deeper(thread *self, u64 depth, u64 x) {
  if (depth == 0) {
    leave(self);
    return x + self->rounds;
  }
  u64 kept[3] = {x, x * 17, x ^ depth};
  u64 y = (x & 1) ? other(self, depth, x + 1) : deeper(self, depth - 1, x * 5 + 1);
  /* On the way up, too, now and then. */
  if ((depth & 31) == 31) leave(self);
  return y * 7 + kept[0] + (kept[1] ^ kept[2]) + depth;
}

static void work(thread *self) {
  for (self->rounds = 0; self->rounds < ROUNDS; self->rounds++) {
    u64 depth = 1 + next(&self->random) % 100;
    self->sum = self->sum * 3 + deeper(self, depth, self->sum ^ depth);
  }
  self->done = 1;
}

static u64 result(void) {
  u64 sum = 0;
  for (int i = 0; i < THREADS; i++) sum = sum * 1000003 + all[i].sum;
  return sum;
}

static void prepare(void) {
  for (int i = 0; i < THREADS; i++) {
    all[i].sum = all[i].done = 0;
    all[i].random = 12345 + 777 * i;
  }
  switches = preemptions = 0;
}

/* By asking. The main program is the last thread. */
static u64 main_sp, choice = 1;

static void run_thread(void) {
  work(current);
  u64 unused;
  /* All that are not done have their turn. */
  for (int i = 0, at = current - all; i < THREADS; i++) {
    at = (at + 1) % THREADS;
    if (!all[at].done) {
      current = &all[at];
      switch_to(&unused, current->x[2]);
    }
  }
  switch_to(&unused, main_sp);
}

static void to(thread *self, thread *then) {
  if (then == self || then->done) return;
  switches++;
  current = then;
  switch_to(&self->x[2], then->x[2]);
}
static void to_next(thread *self) {
  to(self, &all[(self - all + 1) % THREADS]);
}
static void to_random(thread *self) {
  to(self, &all[next(&choice) % THREADS]);
}
static void to_partner(thread *self) {
  to(self, &all[(self - all) ^ 1]);
}
static void to_nobody(thread *self) {
  (void)self;
}

static void cooperate(const char *name, void (*how)(thread *)) {
  prepare();
  leave = how;
  for (int i = 0; i < THREADS; i++) {
    u64 *sp = &stacks[i][STACK / 8 - 16];
    sp[0] = (u64)run_thread;
    all[i].x[2] = (u64)sp;
  }
  current = &all[0];
  switch_to(&main_sp, all[0].x[2]);
  field(name, result());
  field("switches", switches);
  put('\n');
}

/* By a timer: every register is saved, and another thread goes on where it was interrupted. */
extern const u8 timer_entry[];
asm(".text\n.balign 4\ntimer_entry:\n csrrw t6, mscratch, t6\n"
    ".irp r, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30\n sd x\\r, 8*\\r(t6)\n.endr\n"
    "mv t0, t6\n csrr t1, mscratch\n sd t1, 248(t0)\n csrr t1, mepc\n sd t1, 0(t0)\n csrr t1, mstatus\n sd t1, 256(t0)\n"
    "la sp, scheduler_stack_top\n mv a0, t0\n csrr a1, mcause\n call schedule\n"
    "csrw mscratch, a0\n mv t6, a0\n ld t0, 0(t6)\n csrw mepc, t0\n ld t0, 256(t6)\n csrw mstatus, t0\n"
    ".irp r, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n ld x\\r, 8*\\r(t6)\n.endr\n"
    "mret\n .bss\n .balign 16\n .space 4096\nscheduler_stack_top:\n .text\n");

static thread boss;

/* The thread to go on with: one at random that is not done; the main program in the end. */
__attribute__((used)) static thread *schedule(thread *interrupted, u64 cause) {
  if (cause >> 63) preemptions++;
  /* Behind the ecall. */
  else interrupted->x[0] += 4;
  *mtimecmp = *mtime + 300 + next(&choice) % 3000;
  u64 at = next(&choice) % THREADS;
  for (int i = 0; i < THREADS; i++, at = (at + 1) % THREADS)
    if (!all[at].done) return &all[at];
  return &boss;
}

static void run_preempted(thread *self) {
  work(self);
  asm volatile("ecall" ::: "memory");
}

static void run_preemptively(u64 modes) {
  prepare();
  leave = to_nobody;
  for (int i = 0; i < THREADS; i++) {
    static const u64 mode[] = {IN_M, IN_S, IN_U};
    for (int r = 0; r < 32; r++) all[i].x[r] = 0;
    all[i].x[0] = (u64)run_preempted;
    all[i].x[2] = (u64)&stacks[i][STACK / 8 - 16];
    all[i].x[10] = (u64)&all[i];
    all[i].status = MPIE | mode[modes == 3 ? i % 3 : modes];
  }
  csr_write(mscratch, &boss);
  csr_write(mtvec, timer_entry);
  csr_write(mie, 0x80);
  /* Comes back when nobody is left. */
  asm volatile("ecall" ::: "memory");
  csr_write(mie, 0);
  csr_write(mtvec, trap_entry);
}

/* Again until the timer has interrupted often enough, however fast the machine is. */
static void preempt(const char *name, u64 modes) {
  u64 first = 0;
  for (u64 interrupted = 0, pass = 0; interrupted < 100; interrupted += preemptions, pass++) {
    run_preemptively(modes);
    if (pass == 0) first = result();
    else if (result() != first) text(" another sum");
  }
  field(name, first);
  put('\n');
}

int main(void) {
  open_memory();
  cooperate("next", to_next);
  cooperate("random", to_random);
  cooperate("partner", to_partner);
  preempt("machine", 0);
  preempt("mixed", 3);
  text("done\n");
  return 0;
}
