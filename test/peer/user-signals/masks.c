/* Which signals a handler has masked, what comes back afterwards, SA_RESETHAND, actions that are refused. */
#include "check.h"

static void show(const char *what, const sigset_t *set) {
  printf("%s:", what);
  for (int i = 1; i < 64; i++) if (sigismember(set, i) == 1) printf(" %d", i);
  printf("\n");
}
static void tell(const char *what) {
  sigset_t mask, pending;
  sigprocmask(SIG_SETMASK, 0, &mask);
  sigpending(&pending);
  show(what, &mask);
  show("pending", &pending);
}
static void plain(int signal, siginfo_t *info, void *context) {
  (void)context;
  printf("plain %d code %d mine %d\n", signal, info->si_code, info->si_pid == getpid());
  tell("in plain");
}
static void outer(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info;
  static int count;
  if (count++ == 2) return;
  tell("in outer");
  raise(SIGUSR2);
  raise(SIGUSR1);
  kill(getpid(), SIGSEGV);
  tell("still in outer");
  sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGHUP);
}
static void action(const char *what, int signal, const struct sigaction *fresh) {
  printf("%s %s\n", what, outcome(sigaction(signal, fresh, 0)));
}

int main(void) {
  begin();
  struct sigaction fresh = {.sa_sigaction = outer, .sa_flags = SA_SIGINFO}, old;
  sigaddset(&fresh.sa_mask, SIGUSR2);
  sigaddset(&fresh.sa_mask, SIGSEGV);
  sigaddset(&fresh.sa_mask, SIGKILL);
  sigaddset(&fresh.sa_mask, SIGSTOP);
  sigaddset(&fresh.sa_mask, 40);
  action("set", SIGUSR1, &fresh);
  sigaction(SIGUSR1, 0, &old);
  printf("old %d flags %x\n", old.sa_sigaction == outer, old.sa_flags & ~0x4000000);
  handle(SIGUSR2, plain, SA_NODEFER);
  handle(SIGSEGV, plain, 0);
  handle(SIGHUP, plain, SA_RESETHAND);
  for (int i = 0; i < 1; i++) raise(SIGUSR1);
  tell("after");
  raise(SIGHUP);
  sigset_t set;
  sigemptyset(&set);
  printf("unmask\n");
  sigprocmask(SIG_SETMASK, &set, 0);
  sigaction(SIGHUP, 0, &old);
  printf("reset %d\n", old.sa_handler == SIG_DFL);
  action("kill", SIGKILL, &fresh);
  action("stop", SIGSTOP, &fresh);
  action("zero", 0, &fresh);
  action("far", 65, &fresh);
  action("ask kill", SIGKILL, 0);
  printf("how %s\n", outcome(sigprocmask(77, &set, 0)));
  signal(SIGUSR2, SIG_IGN);
  raise(SIGUSR2);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGILL);
  sigprocmask(SIG_BLOCK, &set, 0);
  raise(SIGTERM);
  raise(SIGILL);
  kill(getpid(), SIGTERM);
  tell("blocked");
  signal(SIGTERM, SIG_IGN);
  signal(SIGILL, SIG_IGN);
  tell("ignored");
  printf("kill %s\n", outcome(kill(getpid(), 99)));
  printf("kill %s\n", outcome(kill(0x7ffffff0, 0)));
  signal(SIGILL, SIG_DFL);
  raise(SIGILL);
  return 0;
}
