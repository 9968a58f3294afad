/* Threads and processes: a mutex and a condition variable that processes share, posix_spawn from threads. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *program;

struct shared {
  pthread_mutex_t mutex;
  pthread_cond_t turned;
  long count;
  int turn;
};

static int status_of(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

static void *count_up(void *argument) {
  struct shared *shared = argument;
  for (int i = 0; i < 2000; i++) {
    pthread_mutex_lock(&shared->mutex);
    shared->count++;
    pthread_mutex_unlock(&shared->mutex);
  }
  return NULL;
}

static void *spawn(void *argument) {
  char *arguments[] = {program, "spawned", NULL};
  pid_t child;
  if (posix_spawn(&child, argument, NULL, NULL, arguments, environ) != 0) return (void *)-1L;
  return (void *)(long)status_of(child);
}

int main(int count, char **arguments) {
  setvbuf(stdout, NULL, _IONBF, 0);
  program = arguments[0];
  if (count > 1) {
    printf("%s\n", arguments[1]);
    return 21;
  }
  struct shared *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutex_init(&shared->mutex, &attributes);
  pthread_condattr_t conditions;
  pthread_condattr_init(&conditions);
  pthread_condattr_setpshared(&conditions, PTHREAD_PROCESS_SHARED);
  pthread_cond_init(&shared->turned, &conditions);

  pid_t child = fork();
  if (child == 0) {
    count_up(shared);
    _exit(0);
  }
  count_up(shared);
  int status = status_of(child);
  printf("shared: status %x, count %ld\n", status, shared->count);

  child = fork();
  for (int i = 0; i < 100; i++) {
    int own = child == 0;
    pthread_mutex_lock(&shared->mutex);
    while (shared->turn != own) pthread_cond_wait(&shared->turned, &shared->mutex);
    shared->turn = !own;
    pthread_cond_broadcast(&shared->turned);
    pthread_mutex_unlock(&shared->mutex);
  }
  if (child == 0) _exit(0);
  printf("turns: status %x\n", status_of(child));

  shared->count = 0;
  pthread_t threads[3];
  void *results[3];
  pthread_create(&threads[0], NULL, count_up, shared);
  pthread_create(&threads[1], NULL, spawn, program);
  pthread_create(&threads[2], NULL, spawn, "/no/such/program");
  for (int i = 0; i < 3; i++) pthread_join(threads[i], &results[i]);
  printf("spawned %lx and %ld, count %ld\n", (long)results[1], (long)results[2], shared->count);
  return 0;
}
