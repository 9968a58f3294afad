/* Calls that wait: which end when a handler ran, masks that hold only meanwhile, signals as descriptors. */
#include "check.h"
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

static volatile int ticks, last, value;
static int ends[2];
static void tick(int signal, siginfo_t *info, void *context) {
  (void)info; (void)context;
  ticks++;
  last = signal;
  value = info->si_value.sival_int;
}
static void answer(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info; (void)context;
  if (++ticks == 3) write(ends[1], "y", 1);
}
static void tell(const char *what, long result) {
  const char *text = outcome(result);
  printf("%s: %s, handler %d\n", what, text, last);
  last = 0;
}
static void show_mask(void) {
  sigset_t mask;
  sigprocmask(SIG_SETMASK, 0, &mask);
  printf("masked %d %d\n", sigismember(&mask, SIGUSR1), sigismember(&mask, SIGALRM));
}

int main(void) {
  begin();
  sigset_t none, usr1, alarm;
  sigemptyset(&none);
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
  handle(SIGUSR1, tick, SA_RESTART);
  handle(SIGALRM, tick, SA_RESTART);
  struct timespec long_time = {20, 0}, short_time = {0, 30000000};
  struct pollfd polled = {.fd = ends[0], .events = POLLIN};

  every(3000);
  tell("poll", poll(&polled, 1, 20000));
  tell("poll nothing", poll(0, 0, -1));
  tell("pause", pause());
  tell("ppoll", ppoll(&polled, 1, &long_time, 0));
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  tell("select", select(ends[0] + 1, &set, 0, 0, 0));
  FD_SET(ends[0], &set);
  tell("pselect", pselect(ends[0] + 1, &set, 0, 0, &long_time, 0));
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN};
  epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event);
  tell("epoll_wait", epoll_wait(epoll, &event, 1, 20000));
  tell("sigwaitinfo", sigwaitinfo(&usr1, 0));

  ticks = 0;
  handle(SIGALRM, answer, SA_RESTART);
  char byte = '-';
  ssize_t got = recv(ends[0], &byte, 1, 0);
  printf("recv %ld %c\n", (long)got, byte);
  handle(SIGALRM, tick, 0);
  tell("recv", recv(ends[0], &byte, 1, 0));
  every(0);

  /* A mask for the time of the call: the signal that waits is let in, and the mask comes back. */
  sigprocmask(SIG_BLOCK, &usr1, 0);
  raise(SIGUSR1);
  tell("ppoll with a mask", ppoll(&polled, 1, &long_time, &none));
  show_mask();
  raise(SIGUSR1);
  tell("pselect with a mask", pselect(0, 0, 0, 0, &long_time, &none));
  raise(SIGUSR1);
  tell("epoll_pwait with a mask", epoll_pwait(epoll, &event, 1, 20000, &none));
  raise(SIGUSR1);
  tell("sigsuspend", sigsuspend(&none));
  show_mask();
  /* Faults' signals, too, and one that is masked ends nothing. */
  handle(SIGSEGV, tick, 0);
  sigset_t segv;
  sigemptyset(&segv);
  sigaddset(&segv, SIGSEGV);
  sigprocmask(SIG_BLOCK, &segv, 0);
  kill(getpid(), SIGSEGV);
  tell("ppoll with a mask", ppoll(&polled, 1, &long_time, &usr1));
  kill(getpid(), SIGSEGV);
  tell("sigsuspend", sigsuspend(&none));
  kill(getpid(), SIGSEGV);
  siginfo_t info;
  int taken = sigwaitinfo(&segv, &info);
  printf("sigwaitinfo %d %d\n", taken, info.si_code);
  raise(SIGUSR1);
  tell("poll with a signal masked", poll(&polled, 1, 20));
  tell("sigtimedwait", sigtimedwait(&usr1, &info, &short_time));
  tell("sigtimedwait", sigtimedwait(&usr1, &info, &short_time));

  int signals = signalfd(-1, &usr1, SFD_NONBLOCK);
  struct signalfd_siginfo read_info;
  tell("signalfd", read(signals, &read_info, sizeof read_info));
  sigqueue(getpid(), SIGUSR1, (union sigval){.sival_int = 77});
  struct pollfd waiting = {.fd = signals, .events = POLLIN};
  tell("poll", poll(&waiting, 1, -1));
  tell("signalfd", read(signals, &read_info, sizeof read_info));
  printf("%d %d %d %d\n", read_info.ssi_signo, read_info.ssi_code, read_info.ssi_int, read_info.ssi_pid == (unsigned)getpid());

  /* Ignored signals end no wait. */
  signal(SIGALRM, SIG_IGN);
  every(3000);
  tell("poll", poll(&polled, 1, 40));
  struct timespec left = {0, 0};
  tell("nanosleep", nanosleep(&short_time, &left));
  every(0);
  handle(SIGPIPE, tick, 0);
  close(ends[0]);
  tell("write", write(ends[1], "x", 1));
  signal(SIGPIPE, SIG_DFL);
  write(ends[1], "x", 1);
  return 0;
}
