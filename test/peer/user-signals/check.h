#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define PC(context) (((ucontext_t *)(context))->uc_mcontext.__gregs[0])

/* What was said is out when a signal ends the program. */
static inline void begin(void) { setvbuf(stdout, 0, _IONBF, 0); }

static inline void handle(int signal, void (*handler)(int, siginfo_t *, void *), int flags) {
  struct sigaction action = {0};
  action.sa_sigaction = handler;
  action.sa_flags = SA_SIGINFO | flags;
  sigaction(signal, &action, 0);
}

/* Every so many microseconds from now on; 0: no more. */
static inline void every(long microseconds) {
  struct itimerval value = {{0, microseconds}, {0, microseconds}};
  setitimer(ITIMER_REAL, &value, 0);
}

static inline const char *outcome(long result) {
  static char text[64];
  if (result < 0) return strerror(errno);
  snprintf(text, sizeof text, "%ld", result);
  return text;
}
