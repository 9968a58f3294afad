/* Real-time signals queue, lowest first, with their values; others do not. */
#include "check.h"

static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  printf("signal %d code %d value %d mine %d\n", signal, info->si_code, info->si_value.sival_int, info->si_pid == getpid());
}

int main(void) {
  begin();
  sigset_t set;
  sigfillset(&set);
  sigprocmask(SIG_SETMASK, &set, 0);
  int signals[] = {40, 35, 50, SIGUSR1};
  for (int i = 0; i < 4; i++) {
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
    sigfillset(&action.sa_mask);
    sigaction(signals[i], &action, 0);
  }
  for (int i = 0; i < 12; i++) sigqueue(getpid(), signals[i % 4], (union sigval){.sival_int = 100 + i});
  siginfo_t info;
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, 35);
  for (int i = 0; i < 2; i++) {
    int taken = sigwaitinfo(&wanted, &info);
    printf("taken %d value %d\n", taken, info.si_value.sival_int);
  }
  sigemptyset(&set);
  sigprocmask(SIG_SETMASK, &set, 0);
  /* At once, each after the other. */
  for (int i = 0; i < 3; i++) sigqueue(getpid(), 50, (union sigval){.sival_int = i});
  return 0;
}
