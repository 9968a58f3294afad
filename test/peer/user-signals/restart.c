/* Which calls go on after a handler, and which say EINTR. A timer's handler ends each wait after a few ticks. */
#include "check.h"
#include <sys/wait.h>

static int ends[2];
static volatile int ticks, limit;

static void tick(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info; (void)context;
  if (++ticks == limit) write(ends[1], "x", 1);
}

static void reads(int flags, int count) {
  char byte = 0;
  handle(SIGALRM, tick, flags);
  ticks = 0;
  limit = count;
  every(3000);
  ssize_t length = read(ends[0], &byte, 1);
  printf("read %s %c, ticks %d\n", outcome(length), byte ? byte : '-', ticks >= (length < 0 ? 1 : count));
  every(0);
}

int main(void) {
  begin();
  pipe(ends);
  reads(SA_RESTART, 4);
  reads(0, 4);
  handle(SIGALRM, tick, SA_RESTART);
  limit = -1;
  every(3000);
  sigset_t set;
  sigemptyset(&set);
  printf("sigsuspend %s\n", outcome(sigsuspend(&set)));
  struct timespec wanted = {5, 0}, left = {0, 0};
  printf("nanosleep %s", outcome(nanosleep(&wanted, &left)));
  printf(" left %d\n", left.tv_sec == 4 && left.tv_nsec > 0);
  printf("clock_nanosleep %s", strerror(clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, &left)));
  printf(" left %d\n", left.tv_sec == 4 && left.tv_nsec > 0);
  sigset_t other;
  sigemptyset(&other);
  sigaddset(&other, SIGUSR1);
  printf("sigtimedwait %s\n", outcome(sigtimedwait(&other, 0, &wanted)));
  every(0);
  struct timespec soon = {0, 20000000};
  sigprocmask(SIG_BLOCK, &other, 0);
  printf("sigtimedwait %s\n", outcome(sigtimedwait(&other, 0, &soon)));
  printf("nanosleep %s\n", outcome(nanosleep(&soon, &left)));
  /* A signal that nobody wants ends no wait. */
  signal(SIGUSR2, SIG_IGN);
  return 0;
}
