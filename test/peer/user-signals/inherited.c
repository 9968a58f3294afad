/* Which signals a program finds ignored and masked at its start. */
#include "check.h"
int main(void) {
  begin();
  sigset_t mask;
  sigprocmask(SIG_SETMASK, 0, &mask);
  for (int i = 1; i < 32; i++) {
    struct sigaction action;
    sigaction(i, 0, &action);
    if (action.sa_handler == SIG_IGN) printf("ignored %d\n", i);
    if (sigismember(&mask, i)) printf("masked %d\n", i);
  }
  raise(SIGHUP);
  raise(SIGPIPE);
  return 0;
}
