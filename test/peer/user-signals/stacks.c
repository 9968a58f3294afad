/* Alternate stacks: where handlers run, nesting, what sigaltstack says meanwhile, and a stack that overflows. */
#include "check.h"
#include <sys/mman.h>

#define AUTODISARM (int)(1u << 31)

static char first[65536], second[65536];
static volatile int depth;

static int on(const char *stack, const void *address) {
  return (const char *)address >= stack && (const char *)address < stack + 65536;
}

static void tell(const char *what) {
  stack_t old;
  sigaltstack(0, &old);
  int here;
  printf("%s: first %d second %d flags %d size %zu\n", what, on(first, &here), on(second, &here), old.ss_flags, old.ss_size);
}

static void usr2(int signal, siginfo_t *info, void *context) { (void)signal; (void)info; (void)context; tell("plain in handler"); }

static void usr1(int signal, siginfo_t *info, void *context) {
  (void)info; (void)context;
  tell("handler");
  stack_t other = {.ss_sp = second, .ss_size = sizeof second};
  printf("change %s\n", outcome(sigaltstack(&other, 0)));
  if (++depth < 4) raise(signal);
  raise(SIGUSR2);
}

static void autodisarmed(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info; (void)context;
  tell("autodisarm");
  stack_t other = {.ss_sp = second, .ss_size = sizeof second};
  printf("change %s\n", outcome(sigaltstack(&other, 0)));
  tell("changed");
}

static sigjmp_buf back;
static void overflow(int signal, siginfo_t *info, void *context) {
  (void)context;
  tell("overflow");
  printf("signal %d\n", signal);
  (void)info;
  siglongjmp(back, 1);
}
#pragma GCC diagnostic ignored "-Winfinite-recursion"
static int recurse(volatile char *before) {
  volatile char room[8192];
  room[0] = before[0];
  return recurse(room) + room[0];
}

int main(void) {
  begin();
  tell("none");
  stack_t stack = {.ss_sp = first, .ss_size = 100};
  printf("tiny %s\n", outcome(sigaltstack(&stack, 0)));
  stack.ss_flags = 5;
  printf("flags %s\n", outcome(sigaltstack(&stack, 0)));
  printf("address %s\n", outcome(sigaltstack((void *)8, 0)));
  stack = (stack_t){.ss_sp = first, .ss_size = sizeof first};
  printf("set %s\n", outcome(sigaltstack(&stack, 0)));
  tell("set");
  handle(SIGUSR1, usr1, SA_ONSTACK | SA_NODEFER);
  handle(SIGUSR2, usr2, 0);
  raise(SIGUSR1);
  raise(SIGUSR2);
  handle(SIGSEGV, overflow, SA_ONSTACK);
  char start = 1;
  for (int i = 0; i < 3; i++)
    if (sigsetjmp(back, 1) == 0) printf("%d\n", recurse(&start));
  tell("after");
  stack.ss_flags = SS_DISABLE;
  printf("disable %s\n", outcome(sigaltstack(&stack, 0)));
  tell("disabled");
  raise(SIGUSR1);
  stack = (stack_t){.ss_sp = first, .ss_size = sizeof first, .ss_flags = AUTODISARM};
  printf("autodisarm %s\n", outcome(sigaltstack(&stack, 0)));
  handle(SIGUSR1, autodisarmed, SA_ONSTACK);
  raise(SIGUSR1);
  tell("back");
  return 0;
}
