/* Signals and children: what a fork and an execve keep, what a parent hears, signals between processes. */
#include "check.h"
#include <sys/wait.h>

static volatile int heard, child_status, last;
static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  heard++;
  last = signal;
  if (signal == SIGCHLD) child_status = info->si_code * 1000 + info->si_status;
}
static void wait_for(int count) {
  sigset_t none;
  sigemptyset(&none);
  while (heard < count) sigsuspend(&none);
}
static int ended(pid_t child) {
  int status;
  while (waitpid(child, &status, 0) < 0) if (errno != EINTR) return -errno;
  return WIFSIGNALED(status) ? -100 - WTERMSIG(status) : WEXITSTATUS(status);
}
static int is_pending(int signal) {
  sigset_t set;
  sigpending(&set);
  return sigismember(&set, signal);
}

int main(int count, char **arguments) {
  begin();
  sigset_t set, none;
  sigemptyset(&none);
  if (count > 1) {
    struct sigaction hup, usr1;
    sigaction(SIGHUP, 0, &hup);
    sigaction(SIGUSR1, 0, &usr1);
    sigprocmask(SIG_SETMASK, 0, &set);
    stack_t stack;
    sigaltstack(0, &stack);
    printf("after execve: ignored %d default %d masked %d pending %d stack %d\n", hup.sa_handler == SIG_IGN,
           usr1.sa_handler == SIG_DFL, sigismember(&set, SIGUSR2), is_pending(SIGUSR2), stack.ss_flags == SS_DISABLE);
    return 7;
  }
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, 0);
  handle(SIGCHLD, handler, SA_RESTART);
  handle(SIGUSR1, handler, 0);
  handle(SIGUSR2, handler, 0);
  raise(SIGUSR2);
  pid_t child = fork();
  if (child == 0) {
    int was_pending = is_pending(SIGUSR2);
    sigsuspend(&none);
    _exit(was_pending * 100 + heard * 10 + (last == SIGUSR1));
  }
  printf("parent: pending %d\n", is_pending(SIGUSR2));
  sigprocmask(SIG_UNBLOCK, &set, 0);
  sigprocmask(SIG_BLOCK, &set, 0);
  heard = 0;
  kill(child, SIGUSR1);
  wait_for(1);
  printf("parent: %d ended %d\n", child_status, ended(child));

  int signals[] = {SIGKILL, SIGTERM, SIGSEGV, SIGFPE};
  for (int i = 0; i < 4; i++) {
    child = fork();
    if (child == 0) { sigprocmask(SIG_SETMASK, &none, 0); for (;;) pause(); }
    kill(child, signals[i]);
    printf("ended %d\n", ended(child));
  }
  heard = 0;
  sigprocmask(SIG_UNBLOCK, &set, 0);
  sigprocmask(SIG_BLOCK, &set, 0);
  /* Stopped and continued. */
  child = fork();
  if (child == 0) for (;;) pause();
  heard = 0;
  kill(child, SIGSTOP);
  wait_for(1);
  printf("stopped: %d\n", child_status);
  int status;
  waitpid(child, &status, WUNTRACED);
  printf("status %x\n", status);
  handle(SIGCHLD, handler, SA_NOCLDSTOP);
  kill(child, SIGCONT);
  waitpid(child, &status, WCONTINUED);
  printf("continued %d\n", WIFCONTINUED(status));
  kill(child, SIGKILL);
  wait_for(2);
  printf("heard %d: %d ended %d\n", heard, child_status, ended(child));
  /* Nobody waits for these. */
  handle(SIGCHLD, handler, SA_NOCLDWAIT);
  child = fork();
  if (child == 0) _exit(1);
  wait_for(3);
  printf("heard %d, wait: %s\n", heard, outcome(waitpid(child, &status, 0)));
  handle(SIGCHLD, handler, 0);

  /* A timer is its process's own, and a pipe's write end hears of it. */
  every(300000000);
  child = fork();
  if (child == 0) {
    struct itimerval value;
    getitimer(ITIMER_REAL, &value);
    _exit(value.it_value.tv_sec == 0 && value.it_value.tv_usec == 0);
  }
  printf("no timer %d\n", ended(child));
  signal(SIGHUP, SIG_IGN);
  char stack[65536];
  stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
  sigaltstack(&own, 0);
  child = fork();
  if (child == 0) {
    raise(SIGUSR2);
    execl(arguments[0], arguments[0], "again", (char *)0);
    _exit(99);
  }
  printf("ended %d\n", ended(child));
  return 0;
}
