/* Which thread gets a signal: one that does not mask it, the one it is sent to, the one that has the fault. */
#include "check.h"
#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { WORKERS = 4, FAULTS = 300, SENT = 500 };
static sem_t ready, done;
static volatile int got, wrong, stop;
static volatile long target;
static long self(void) { return syscall(SYS_gettid); }

static void here(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)info; (void)context;
  if (self() != target) wrong++;
  if (++got > SENT) stop = 1;
  sem_post(&done);
}

/* Takes process-directed signals one by one. */
static void *waiter(void *argument) {
  sigset_t *set = argument;
  for (int i = 0; i < 20; i++) {
    int signal;
    sigwait(set, &signal);
    got += signal == SIGUSR1;
    sem_post(&done);
  }
  return 0;
}

/* Computes with a signal unmasked, until told to stop. */
static void *computer(void *argument) {
  target = self();
  pthread_sigmask(SIG_UNBLOCK, argument, 0);
  sem_post(&ready);
  volatile uint64_t sum = 0;
  while (!stop) sum++;
  return 0;
}
static void *sleeper(void *argument) {
  target = self();
  pthread_sigmask(SIG_UNBLOCK, argument, 0);
  sem_post(&ready);
  while (!stop) {
    struct timespec time = {10, 0};
    nanosleep(&time, 0);
  }
  return 0;
}

static __thread char *page;
static __thread int faults;
static void mend(int signal, siginfo_t *info, void *context) {
  (void)signal; (void)context;
  int here;
  stack_t stack;
  sigaltstack(0, &stack);
  if ((char *)&here < (char *)stack.ss_sp || (char *)&here >= (char *)stack.ss_sp + stack.ss_size) wrong++;
  if ((char *)info->si_addr < page || (char *)info->si_addr >= page + 4096) wrong++;
  faults++;
  mprotect(page, 4096, PROT_READ | PROT_WRITE);
}
static volatile int ticks;
static void tick(int signal, siginfo_t *info, void *context) { (void)signal; (void)info; (void)context; __atomic_fetch_add(&ticks, 1, __ATOMIC_SEQ_CST); }
static void *faulter(void *argument) {
  (void)argument;
  stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
  sigaltstack(&stack, 0);
  page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (int i = 0; i < FAULTS; i++) {
    page[i] = i;
    if (page[i] != (char)i) wrong++;
    mprotect(page, 4096, PROT_NONE);
  }
  return (void *)(long)faults;
}

static void *forever(void *argument) {
  sem_post(&ready);
  if (argument == 0) for (;;) pause();
  char byte;
  int *ends = argument;
  read(ends[0], &byte, 1);
  return 0;
}

int main(void) {
  begin();
  sem_init(&ready, 0, 0);
  sem_init(&done, 0, 0);
  pthread_t thread;
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  sigaddset(&set, SIGUSR2);
  sigaddset(&set, SIGSEGV);
  pthread_sigmask(SIG_BLOCK, &set, 0);
  pthread_create(&thread, 0, waiter, &set);
  for (int i = 0; i < 20; i++) { kill(getpid(), SIGUSR1); sem_wait(&done); }
  pthread_join(thread, 0);
  printf("waited for %d\n", got);

  handle(SIGUSR2, here, SA_RESTART);
  handle(SIGSEGV, here, SA_RESTART);
  void *(*kinds[])(void *) = {computer, sleeper};
  for (int kind = 0; kind < 2; kind++) {
    got = stop = 0;
    pthread_create(&thread, 0, kinds[kind], &set);
    sem_wait(&ready);
    for (int i = 0; i < SENT; i++) {
      if (i % 4 == 0) kill(getpid(), SIGUSR2);
      else if (i % 4 == 1) pthread_kill(thread, SIGUSR2);
      else if (i % 4 == 2) pthread_kill(thread, SIGSEGV);
      else kill(getpid(), SIGSEGV);
      sem_wait(&done);
    }
    pthread_kill(thread, SIGUSR2);
    pthread_join(thread, 0);
    sem_wait(&done);
    printf("got %d wrong %d\n", got, wrong);
  }

  int ends[2];
  pipe(ends);
  for (int kind = 0; kind < 2; kind++) {
    pthread_create(&thread, 0, forever, kind ? ends : 0);
    sem_wait(&ready);
    pthread_cancel(thread);
    void *result;
    pthread_join(thread, &result);
    printf("cancelled %d\n", result == PTHREAD_CANCELED);
  }

  pthread_sigmask(SIG_UNBLOCK, &set, 0);
  handle(SIGSEGV, mend, SA_ONSTACK);
  handle(SIGALRM, tick, SA_RESTART);
  every(500);
  pthread_t workers[WORKERS];
  for (int i = 0; i < WORKERS; i++) pthread_create(&workers[i], 0, faulter, 0);
  long sum = 0;
  for (int i = 0; i < WORKERS; i++) {
    void *count;
    pthread_join(workers[i], &count);
    sum += (long)count;
  }
  while (ticks < 50) ;
  every(0);
  printf("faults %ld wrong %d\n", sum, wrong);
  /* A fault of a thread that nothing mends ends them all. */
  signal(SIGSEGV, SIG_DFL);
  pthread_create(&thread, 0, faulter, 0);
  for (;;) pause();
}
