/* Children by fork, vfork, clone and posix_spawn, and how their parent hears of their end. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static int private = 1;

static int status_of(pid_t child) {
  int status = -1;
  if (waitpid(child, &status, 0) != child) printf("waitpid: %s\n", strerror(errno));
  return status;
}

static int in_clone(void *argument) {
  *(int *)argument += 1;
  return 9;
}

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IONBF, 0);
  if (count > 2) {
    printf("%s: %s\n", arguments[1], arguments[2]);
    return 7;
  }
  int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    private = 2;
    *shared = getppid() == parent && getpid() != parent && getpid() == gettid() ? 42 : 0;
    _exit(3);
  }
  int status = status_of(child);
  printf("fork: status %x, private %d, shared %d\n", status, private, *shared);

  child = fork();
  if (child == 0) {
    char *other[] = {arguments[0], "exec", "hello  world", NULL};
    execv(arguments[0], other);
    _exit(1);
  }
  printf("exec: status %x\n", status_of(child));

  child = fork();
  if (child == 0) kill(getpid(), SIGKILL);
  printf("kill: status %x\n", status_of(child));

  child = fork();
  if (child == 0) abort();
  printf("abort: status %x\n", status_of(child) & 0x7f);

  char *nothing[] = {"x", NULL};
  int error = posix_spawn(&child, "/nonexistent/x", NULL, NULL, nothing, environ);
  printf("spawn: %s\n", strerror(error));
  char *spawned[] = {arguments[0], "spawn", "argument", NULL};
  error = posix_spawn(&child, arguments[0], NULL, NULL, spawned, environ);
  status = status_of(child);
  printf("spawn: %s, status %x\n", strerror(error), status);

  volatile int seen = 0;
  child = vfork();
  if (child == 0) {
    execl("/nonexistent/x", "x", (char *)NULL);
    seen = errno;
    _exit(1);
  }
  status = status_of(child);
  printf("vfork: %d, status %x\n", seen, status);

  static char stack[65536] __attribute__((aligned(16)));
  pid_t noted = 0;
  *shared = 0;
  child = clone(in_clone, stack + sizeof stack, CLONE_PARENT_SETTID | SIGCHLD, shared, &noted);
  status = status_of(child);
  printf("clone: noted %d, status %x, shared %d\n", noted == child, status, *shared);

  siginfo_t info;
  child = fork();
  if (child == 0) _exit(77);
  memset(&info, 0, sizeof info);
  int result = waitid(P_PID, child, &info, WEXITED | WNOWAIT);
  printf("waitid: %d, code %d, status %d, pid %d\n", result, info.si_code, info.si_status, info.si_pid == child);
  printf("again: status %x\n", status_of(child));
  result = wait(&status);
  printf("nobody: %d %s\n", result, strerror(errno));

  /* Nested: the exit status of a grandchild comes up. */
  child = fork();
  if (child == 0) {
    pid_t grandchild = fork();
    if (grandchild == 0) _exit(11);
    _exit(WEXITSTATUS(status_of(grandchild)) + 1);
  }
  printf("nested: status %x\n", status_of(child));

  int ends[2];
  if (pipe(ends) < 0) return 1;
  child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    _exit(system("echo from sh; exit 3") >> 8);
  }
  close(ends[1]);
  char buffer[100];
  ssize_t got = read(ends[0], buffer, sizeof buffer);
  printf("pipe: %.*s", (int)got, buffer);
  printf("system: status %x\n", status_of(child));

  child = fork();
  if (child == 0) _exit(setsid() == getpid() && getpgid(0) == getpid() && getsid(0) == getpid() ? 0 : 1);
  printf("session: status %x\n", status_of(child));
  return 0;
}
