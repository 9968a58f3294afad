/* Takes what comes from outside, one line for each, until SIGQUIT; then ends by SIGTERM by default. */
#include "check.h"

static volatile int last, code, sender;
static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  last = signal;
  code = info->si_code;
  sender = info->si_pid;
}

int main(void) {
  begin();
  sigset_t all, none;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, 0);
  sigemptyset(&none);
  int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM, SIGCHLD, SIGCONT, SIGWINCH, SIGIO, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP};
  for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++) handle(signals[i], handler, 0);
  printf("ready\n");
  while (last != SIGQUIT) {
    sigsuspend(&none);
    printf("signal %d code %d from parent %d\n", last, code, sender == getppid());
  }
  sigprocmask(SIG_SETMASK, &none, 0);
  for (;;) pause();
}
