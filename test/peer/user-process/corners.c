/* What only few programs meet: the last descriptor, waiting by a pidfd, other threads in /proc, the last signals. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int status_of(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

/* With no descriptor left a process can still fork, and its child close what it has. */
static void use_all_descriptors(rlim_t most) {
  struct rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  struct rlimit limit = {most < before.rlim_cur ? most : before.rlim_cur, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &limit);
  int last = -1;
  for (int fd; (fd = dup(1)) >= 0;) last = fd;
  printf("no more descriptors: %s\n", strerror(errno));
  /* All that a host has are not for the program alone, so of those it is not said which is the last. */
  if (most < before.rlim_cur) printf("the last is the limit's: %d\n", (rlim_t)last + 1 == most);
  setrlimit(RLIMIT_NOFILE, &before);
  pid_t child = fork();
  if (child == 0) {
    for (int fd = 3; fd <= last; fd++) close(fd);
    _exit(dup(1));
  }
  printf("child without descriptors: %x\n", status_of(child));
  for (int fd = 3; fd <= last; fd++) close(fd);
}

static void wait_by_descriptor(void) {
  pid_t child = fork();
  if (child == 0) _exit(7);
  /* The host's number of it is another one. */
  int other = open("/dev/null", O_RDONLY);
  int fd = syscall(SYS_pidfd_open, child, 0);
  close(other);
  siginfo_t info;
  memset(&info, 0, sizeof info);
  int result = waitid(P_PIDFD, fd, &info, WEXITED);
  printf("waitid: %d, the child's %d, status %d\n", result, info.si_pid == child, info.si_status);
  close(fd);
  result = waitid(P_PIDFD, fd, &info, WEXITED);
  printf("waitid of a closed one: %d %s\n", result, strerror(errno));
}

static volatile pid_t sleeper;
static int ends[2];

static void *sleep_until_told(void *argument) {
  sleeper = gettid();
  char byte;
  return read(ends[0], &byte, 1) == 1 ? argument : NULL;
}

static char state_of(pid_t thread) {
  char path[64], text[512] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
  int fd = open(path, O_RDONLY);
  if (fd < 0) return '-';
  read(fd, text, sizeof text - 1);
  close(fd);
  char *end = strrchr(text, ')');
  return atoi(text) == thread && end != NULL ? end[2] : '?';
}

static void look_at_threads(void) {
  pthread_t thread;
  pipe(ends);
  pthread_create(&thread, NULL, sleep_until_told, NULL);
  while (sleeper == 0 || state_of(sleeper) == 'R') usleep(1000);
  printf("this one %c, the other %c\n", state_of(gettid()), state_of(sleeper));
  write(ends[1], "", 1);
  pthread_join(thread, NULL);
}

/* Signals that are not meant for anything do nothing to who ignores them. */
static void send_last_signals(void) {
  int told[2], done[2];
  pipe(told);
  pipe(done);
  pid_t child = fork();
  if (child == 0) {
    signal(63, SIG_IGN);
    signal(64, SIG_IGN);
    write(done[1], "", 1);
    char byte;
    while (read(told[0], &byte, 1) < 0) continue;
    pid_t grandchild = fork();
    if (grandchild == 0) _exit(3);
    _exit(WEXITSTATUS(status_of(grandchild)));
  }
  char byte;
  read(done[0], &byte, 1);
  union sigval value = {.sival_ptr = &child};
  for (int i = 0; i < 5; i++) {
    kill(child, 63);
    kill(child, 64);
    sigqueue(child, 63, value);
  }
  write(told[1], "", 1);
  printf("after the last signals: %x\n", status_of(child));
}

static void nothing(int signal) { (void)signal; }

static void reset_handler(void) {
  struct sigaction action = {.sa_handler = nothing, .sa_flags = SA_RESETHAND | SA_SIGINFO};
  sigaction(SIGUSR1, &action, NULL);
  raise(SIGUSR1);
  sigaction(SIGUSR1, NULL, &action);
  printf("reset: default %d, SA_SIGINFO %d\n", action.sa_handler == SIG_DFL, (action.sa_flags & SA_SIGINFO) != 0);
}

static void refuse_memory(void) {
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  char *moved = mremap(pages, 4096, 4096, MREMAP_FIXED, pages + 4096);
  printf("mremap: %s\n", moved == MAP_FAILED ? strerror(errno) : "moved");
  munmap(pages, 8192);
  unsigned char in[2];
  printf("mincore: %d", mincore(pages, 8192, in));
  printf(" %s\n", strerror(errno));
}

int main(void) {
  setvbuf(stdout, NULL, _IONBF, 0);
  use_all_descriptors(500);
  use_all_descriptors(RLIM_INFINITY);
  wait_by_descriptor();
  look_at_threads();
  send_last_signals();
  reset_handler();
  refuse_memory();
  return 0;
}
