/* Faults of each kind: what the handler sees, what it mends, and where the program goes on. */
#include "check.h"
#include <fcntl.h>
#include <sys/mman.h>

static char *page;
int main(void);
static volatile int count;

static void mend(int signal, siginfo_t *info, void *context) {
  char *address = info->si_addr;
  printf("signal %d code %d at %ld pc %d\n", signal, info->si_code, (long)(address - page),
         PC(context) >= (unsigned long)main && PC(context) < (unsigned long)main + 4096);
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  count++;
}

static void skip(int signal, siginfo_t *info, void *context) {
  printf("signal %d code %d at pc %d, offset %ld\n", signal, info->si_code, (unsigned long)info->si_addr == PC(context),
         (long)info->si_addr & 4095 & -((unsigned long)info->si_addr != PC(context)));
  PC(context) += 4;
  count++;
}

static sigjmp_buf back;
static void leave(int signal, siginfo_t *info, void *context) {
  (void)context;
  unsigned long at = (unsigned long)info->si_addr;
  int is_high = at >= 0x100000 && at != 0x3ffffffff0 && at < -8192ul;
  printf("signal %d code %d address %lx\n", signal, info->si_code, is_high ? at & 4095 : at);
  siglongjmp(back, 1);
}

static void try_load(unsigned long address) {
  if (sigsetjmp(back, 1) == 0) printf("loaded %d\n", *(volatile char *)address);
}

int main(void) {
  begin();
  handle(SIGSEGV, mend, 0);
  page = mmap(0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  page[8] = 5;
  printf("%d %d\n", page[8], count);
  mprotect(page, 4096, PROT_NONE);
  printf("%d %d\n", page[8], count);

  handle(SIGILL, skip, 0);
  handle(SIGTRAP, skip, 0);
  handle(SIGBUS, skip, 0);
  asm volatile(".option push\n.option norvc\nunimp\nebreak\n.option pop");
  int value = 7;
  asm volatile("amoadd.w %0, %0, (%1)" : "+r"(value) : "r"(page + 2) : "memory");
  printf("%d %d\n", value, count);

  handle(SIGSEGV, leave, 0);
  handle(SIGBUS, leave, 0);
  try_load(0);
  try_load(0x123);
  try_load(-4096ul);
  try_load(0x3ffffffff0);
  char name[] = "/tmp/tinamou-faults-XXXXXX";
  int file = mkstemp(name);
  unlink(name);
  ftruncate(file, 100);
  char *mapped = mmap(0, 3 * 4096, PROT_READ, MAP_SHARED, file, 0);
  printf("%d\n", mapped[4000]);
  if (sigsetjmp(back, 1) == 0) printf("loaded %d\n", *(volatile char *)(mapped + 4096 + 5) );
  void (*volatile nowhere)(void) = (void (*)(void))0x10;
  if (sigsetjmp(back, 1) == 0) nowhere();
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
  unsigned short *code = (unsigned short *)page;
  code[0] = 0x8082;
  if (sigsetjmp(back, 1) == 0) { ((void (*)(void))code)(); printf("ran\n"); }
  return 0;
}
