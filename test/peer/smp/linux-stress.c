/*
 * Threads of a Linux program on all CPUs: mutexes and conditions (futex), spinlocks, mappings that come and go
 * (shootdowns), code that is written and run (membarrier, flush of instruction caches), migration between CPUs.
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 8
#ifndef ROUNDS
#define ROUNDS 20000
#endif

static int cpus;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t meet;
static long under_mutex, under_spin, turn, turns;
static atomic_long added, wrong;

static void settle(long thread) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(thread % cpus, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) wrong++;
}

static void *count(void *argument) {
  long thread = (long)argument;
  settle(thread);
  pthread_barrier_wait(&meet);
  for (long i = 0; i < ROUNDS; i++) {
    atomic_fetch_add(&added, 1);
    pthread_mutex_lock(&mutex);
    under_mutex++;
    pthread_mutex_unlock(&mutex);
    if (i % 8 == 0) {
      pthread_spin_lock(&spin);
      under_spin++;
      pthread_spin_unlock(&spin);
    }
    if (i % 1000 == 0) settle(thread + i / 1000);
  }
  return 0;
}

/* In turn, each waiting for the one before it: a lost wake-up is never over. */
static void *take_turns(void *argument) {
  long thread = (long)argument;
  settle(thread);
  for (long i = 0; i < ROUNDS / 100; i++) {
    pthread_mutex_lock(&mutex);
    while (turn != thread) pthread_cond_wait(&turn_changed, &mutex);
    turns++;
    turn = (turn + 1) % THREADS;
    pthread_cond_broadcast(&turn_changed);
    pthread_mutex_unlock(&mutex);
  }
  return 0;
}

/* One thread moves a page between two files of memory; what the others see is never behind what was said. */
static _Atomic(uint64_t) shown;
static volatile uint64_t *window;
static atomic_int is_over;

static void *look(void *argument) {
  settle((long)argument);
  while (!is_over) {
    uint64_t least = atomic_load(&shown);
    if (*window < least) wrong++;
  }
  return 0;
}

static void move_pages(void) {
  long page = sysconf(_SC_PAGESIZE);
  int file = memfd_create("pages", 0);
  if (file < 0 || ftruncate(file, 2 * page) != 0) exit(2);
  volatile uint64_t *both = mmap(0, 2 * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  window = mmap(0, page, PROT_READ, MAP_SHARED, file, 0);
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS - 1; i++) pthread_create(&threads[i], 0, look, (void *)(i + 1));
  settle(0);
  for (uint64_t round = 1; round <= ROUNDS / 20; round++) {
    both[(round & 1) * page / 8] = round;
    if (mmap((void *)window, page, PROT_READ, MAP_SHARED | MAP_FIXED, file, (round & 1) * page) != window) exit(2);
    atomic_store(&shown, round);
    /* Whoever still had the old one would see this. */
    both[(~round & 1) * page / 8] = 0;
  }
  is_over = 1;
  for (long i = 0; i < THREADS - 1; i++) pthread_join(threads[i], 0);
}

/* Code that one thread writes and all run. */
static long (*written)(void);
static _Atomic(long) version;

static void *run_code(void *argument) {
  settle((long)argument);
  while (!is_over) {
    long least = atomic_load(&version);
    if (least == 0) continue;
    long got = written();
    if (got < least) wrong++;
  }
  return 0;
}

static void write_code(void) {
  uint32_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  code[0] = 0x00000513;
  code[1] = 0x00008067;
  __builtin___clear_cache((char *)code, (char *)(code + 2));
  written = (long (*)(void))code;
  is_over = 0;
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS - 1; i++) pthread_create(&threads[i], 0, run_code, (void *)(i + 1));
  settle(0);
  for (long round = 1; round < 2000; round++) {
    *(volatile uint32_t *)code = 0x00000513 | (uint32_t)round << 20;
    __builtin___clear_cache((char *)code, (char *)(code + 1));
    atomic_store(&version, round);
  }
  is_over = 1;
  for (long i = 0; i < THREADS - 1; i++) pthread_join(threads[i], 0);
}

static void all(void *(*body)(void *)) {
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], 0, body, (void *)i);
  for (long i = 0; i < THREADS; i++) pthread_join(threads[i], 0);
}

static int is(const char *name, long value, long wanted) {
  printf("%s %ld%s\n", name, value, value == wanted ? "" : " (wrong)");
  fflush(stdout);
  return value == wanted;
}

int main(void) {
  cpus = sysconf(_SC_NPROCESSORS_ONLN);
  pthread_spin_init(&spin, 0);
  pthread_barrier_init(&meet, 0, THREADS);
  int right = is("cpus", cpus, cpus);
  all(count);
  right &= is("added", added, (long)THREADS * ROUNDS);
  right &= is("mutex", under_mutex, (long)THREADS * ROUNDS);
  right &= is("spin", under_spin, (long)THREADS * (ROUNDS / 8));
  all(take_turns);
  right &= is("turns", turns, (long)THREADS * (ROUNDS / 100));
  move_pages();
  right &= is("stale pages", wrong, 0);
  write_code();
  right &= is("stale code", wrong, 0);
  printf("STRESS %s\n", right ? "RIGHT" : "WRONG");
  return !right;
}
