/* POSIX timers: which signal, its value, overruns, and what gettime says. */
#include "check.h"

static volatile int count, sum;
static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  if (info->si_code != SI_TIMER) printf("code %d\n", info->si_code);
  count++;
  sum += signal == 36 ? info->si_value.sival_int : 1000;
}
int main(void) {
  begin();
  handle(36, handler, 0);
  handle(SIGALRM, handler, 0);
  timer_t first, second;
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = 36, .sigev_value.sival_int = 7};
  printf("create %s\n", outcome(timer_create(CLOCK_MONOTONIC, &event, &first)));
  printf("create %s\n", outcome(timer_create(CLOCK_REALTIME, 0, &second)));
  struct itimerspec value = {{0, 2000000}, {0, 2000000}}, rest;
  timer_settime(first, 0, &value, 0);
  while (count < 10) ;
  value = (struct itimerspec){{0, 0}, {0, 0}};
  timer_settime(first, 0, &value, 0);
  printf("sum %d\n", sum == 7 * count);
  count = 0;
  value = (struct itimerspec){{0, 0}, {100, 0}};
  timer_settime(second, 0, &value, 0);
  timer_gettime(second, &rest);
  printf("rest %d\n", rest.it_value.tv_sec == 99);
  value.it_value = (struct timespec){0, 1000000};
  timer_settime(second, 0, &value, 0);
  while (count < 1) ;
  printf("overrun %d\n", timer_getoverrun(second));
  printf("delete %s\n", outcome(timer_delete(second)));
  printf("delete %s\n", outcome(timer_delete(second)));
  struct itimerval now;
  every(500000);
  getitimer(ITIMER_REAL, &now);
  printf("itimer %d\n", now.it_interval.tv_usec == 500000 && now.it_value.tv_usec > 100000);
  event.sigev_signo = 200;
  printf("bad %s\n", outcome(timer_create(CLOCK_MONOTONIC, &event, &first)));
  return 0;
}
