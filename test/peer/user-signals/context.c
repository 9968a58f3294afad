/* A handler sees every register, and what it writes there is what the program goes on with. */
#include "check.h"

struct registers { uint64_t x[32], f[32]; uint64_t fcsr; };
struct registers given, seen, set, found;

static void handler(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info;
  ucontext_t *uc = context;
  printf("aligned %d\n", ((uintptr_t)info & 15) == 0 && (char *)context - (char *)info == 128);
  printf("offset %zu %zu\n", (char *)&uc->uc_mcontext - (char *)uc, (char *)&uc->uc_mcontext.__fpregs - (char *)uc);
  for (int i = 1; i < 32; i++) seen.x[i] = uc->uc_mcontext.__gregs[i];
  for (int i = 0; i < 32; i++) seen.f[i] = uc->uc_mcontext.__fpregs.__d.__f[i];
  seen.fcsr = uc->uc_mcontext.__fpregs.__d.__fcsr;
  for (int i = 1; i < 32; i++)
    if (i != 2 && i != 3 && i != 4 && i != 31) uc->uc_mcontext.__gregs[i] = set.x[i];
  for (int i = 0; i < 32; i++) uc->uc_mcontext.__fpregs.__d.__f[i] = set.f[i];
  uc->uc_mcontext.__fpregs.__d.__fcsr = set.fcsr;
  uc->uc_mcontext.__gregs[0] += 4;
}

#define EACH(M) M(1) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14) M(15) M(16) M(17) M(18) M(19) M(20) \
  M(21) M(22) M(23) M(24) M(25) M(26) M(27) M(28) M(29) M(30)
#define EACH_F(M) M(0) M(1) M(2) M(3) M(4) M(5) M(6) M(7) M(8) M(9) M(10) M(11) M(12) M(13) M(14) M(15) M(16) M(17) \
  M(18) M(19) M(20) M(21) M(22) M(23) M(24) M(25) M(26) M(27) M(28) M(29) M(30) M(31)
#define LOAD(n) "ld x" #n ", 8*" #n "(x31)\n"
#define STORE(n) "sd x" #n ", 8*" #n "(x31)\n"
#define LOAD_F(n) "fld f" #n ", 256+8*" #n "(x31)\n"
#define STORE_F(n) "fsd f" #n ", 256+8*" #n "(x31)\n"

void exchange(void);
asm(".text\n.option norvc\nexchange:\n"
    "addi sp, sp, -128\n"
    "sd ra, 0(sp)\nsd s0, 8(sp)\nsd s1, 16(sp)\nsd s2, 24(sp)\nsd s3, 32(sp)\nsd s4, 40(sp)\nsd s5, 48(sp)\n"
    "sd s6, 56(sp)\nsd s7, 64(sp)\nsd s8, 72(sp)\nsd s9, 80(sp)\nsd s10, 88(sp)\nsd s11, 96(sp)\n"
    "la x31, given\nld x30, 512(x31)\nfscsr x30\n" EACH_F(LOAD_F) EACH(LOAD)
    "unimp\n"
    "la x31, found\n" EACH(STORE) EACH_F(STORE_F) "frcsr x30\nsd x30, 512(x31)\nfscsr x0\n"
    "ld ra, 0(sp)\nld s0, 8(sp)\nld s1, 16(sp)\nld s2, 24(sp)\nld s3, 32(sp)\nld s4, 40(sp)\nld s5, 48(sp)\n"
    "ld s6, 56(sp)\nld s7, 64(sp)\nld s8, 72(sp)\nld s9, 80(sp)\nld s10, 88(sp)\nld s11, 96(sp)\n"
    "addi sp, sp, 128\nret\n.option rvc\n");

static int same(const struct registers *a, const struct registers *b) {
  int wrong = 0;
  for (int i = 1; i < 31; i++)
    if (i > 4 || i == 1) wrong += a->x[i] != b->x[i];
  for (int i = 0; i < 32; i++) wrong += a->f[i] != b->f[i];
  return wrong + (a->fcsr != b->fcsr);
}

int main(void) {
  begin();
  handle(SIGILL, handler, 0);
  uint64_t random = 1;
  for (int round = 0; round < 200; round++) {
    uint64_t *words[] = {(uint64_t *)&given, (uint64_t *)&set};
    for (int k = 0; k < 2; k++)
      for (int i = 0; i < 65; i++) words[k][i] = random = random * 6364136223846793005u + 1442695040888963407u;
    given.fcsr = round % 5 << 5 | round % 32;
    set.fcsr = (round + 2) % 5 << 5 | (round * 7) % 32;
    exchange();
    if (round == 0) handle(SIGILL, handler, 0);
    printf("wrong %d %d\n", same(&given, &seen), same(&set, &found));
  }
  return 0;
}
