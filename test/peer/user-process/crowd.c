/* Threads that fork and spawn at once, again and again: the child of a fork begins threads of its own. */
#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 40, STEPS = 2000 };

extern char **environ;
static char *program;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long count;

static long status_of(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

static void *count_up(void *argument) {
  for (int i = 0; i < STEPS; i++) {
    pthread_mutex_lock(&mutex);
    count++;
    pthread_mutex_unlock(&mutex);
  }
  return argument;
}

static void *fork_with_threads(void *argument) {
  pid_t child = fork();
  if (child != 0) return (void *)status_of(child);
  pthread_t threads[2];
  count = 0;
  pthread_mutex_init(&mutex, argument);
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, count_up, NULL);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  _exit(count == 2 * STEPS ? 5 : 6);
}

static void *spawn(void *path) {
  char *arguments[] = {program, "spawned", NULL};
  pid_t child;
  if (posix_spawn(&child, path, NULL, NULL, arguments, environ) != 0) return (void *)-1L;
  return (void *)status_of(child);
}

int main(int arguments, char **argument) {
  program = argument[0];
  if (arguments > 1) return 21;
  int wrong = 0;
  for (int round = 0; round < ROUNDS; round++) {
    pthread_t threads[4];
    void *results[4];
    pthread_create(&threads[0], NULL, fork_with_threads, NULL);
    pthread_create(&threads[1], NULL, count_up, NULL);
    pthread_create(&threads[2], NULL, spawn, program);
    pthread_create(&threads[3], NULL, spawn, "/no/such/program");
    for (int i = 0; i < 4; i++) pthread_join(threads[i], &results[i]);
    if ((long)results[0] != 5 << 8 || (long)results[2] != 21 << 8 || (long)results[3] != -1) wrong++;
  }
  printf("%d of %d rounds were wrong\n", wrong, ROUNDS);
  return wrong != 0;
}
