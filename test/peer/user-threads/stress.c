/*
 * Threads that share memory, as many rounds as asked for: argv[1] names what is done, argv[2] how much of it, argv[3] wants SIGSEGV handled.
 * Prints sums that are the same wherever it runs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
static long rounds;

static void die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

static void run(int count, void *(*body)(void *)) {
  pthread_t threads[count];
  for (long i = 0; i < count; i++)
    if ((errno = pthread_create(&threads[i], 0, body, (void *)i)) != 0) die("pthread_create");
  for (int i = 0; i < count; i++) pthread_join(threads[i], 0);
}

/* 1: every atomic operation of 32 and 64 bits, and what is made of compare and exchange. */
static atomic_int add32, xor32;
static atomic_long add64, max64, or64, and64 = -1;
static _Atomic char add8[16];
static _Atomic short add16[8];
static void *atomics(void *argument) {
  long id = (long)argument;
  for (long i = 0; i < rounds; i++) {
    atomic_fetch_add(&add32, 3);
    atomic_fetch_sub_explicit(&add64, -(i + id), memory_order_relaxed);
    atomic_fetch_xor(&xor32, (int)(i * 2654435761u + id));
    atomic_fetch_or(&or64, 1L << ((i + 8 * id) & 63));
    atomic_fetch_and(&and64, ~(1L << (id * 2)));
    long seen = atomic_load(&max64);
    while (seen < i * 8 + id && !atomic_compare_exchange_weak(&max64, &seen, i * 8 + id)) {
    }
    atomic_fetch_add(&add8[(i + id) & 15], 1);
    atomic_fetch_add_explicit(&add16[i & 7], 5, memory_order_acq_rel);
  }
  return 0;
}
static void test_atomics(void) {
  run(THREADS, atomics);
  printf("%d %ld %x %lx %lx %ld", add32, add64, xor32, or64, and64, max64);
  for (int i = 0; i < 16; i++) printf(" %d", add8[i]);
  for (int i = 0; i < 8; i++) printf(" %d", add16[i]);
  printf("\n");
}

/* 2: plain counters under a mutex, a spin lock, a writer's lock and a semaphore. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, recursive, inheriting;
static pthread_spinlock_t spin;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t semaphore;
static long counters[8];
static void *locks(void *argument) {
  long id = (long)argument;
  for (long i = 0; i < rounds; i++) {
    pthread_mutex_lock(&mutex);
    counters[0]++;
    pthread_mutex_unlock(&mutex);
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    counters[1]++;
    pthread_mutex_unlock(&recursive);
    pthread_mutex_unlock(&recursive);
    if (i % 64 == 0) {
      pthread_mutex_lock(&inheriting);
      counters[2]++;
      pthread_mutex_unlock(&inheriting);
      pthread_spin_lock(&spin);
      counters[3]++;
      pthread_spin_unlock(&spin);
    }
    if ((i + id) % 4 == 0) {
      pthread_rwlock_wrlock(&rwlock);
      counters[4]++;
      counters[5]++;
      pthread_rwlock_unlock(&rwlock);
    } else {
      pthread_rwlock_rdlock(&rwlock);
      if (counters[4] != counters[5]) die("rwlock");
      pthread_rwlock_unlock(&rwlock);
    }
    sem_wait(&semaphore);
    counters[6]++;
    sem_post(&semaphore);
  }
  return 0;
}
static void test_locks(void) {
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&recursive, &kind);
  pthread_mutexattr_init(&kind);
  if (pthread_mutexattr_setprotocol(&kind, PTHREAD_PRIO_INHERIT) != 0) die("inherit");
  pthread_mutex_init(&inheriting, &kind);
  pthread_spin_init(&spin, 0);
  sem_init(&semaphore, 0, 1);
  run(THREADS, locks);
  for (int i = 0; i < 7; i++) printf("%ld ", counters[i]);
  printf("\n");
}

/* 3: a queue of few places between producers and consumers; then barriers, after each of which all agree. */
static long queue[5], queued, taken, produced, sum;
static pthread_cond_t not_full = PTHREAD_COND_INITIALIZER, not_empty = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static long phases[THREADS];
static void *conditions(void *argument) {
  long id = (long)argument;
  for (long i = 0; i < rounds; i++) {
    pthread_mutex_lock(&mutex);
    if (id % 2 == 0) {
      while (queued == 5) pthread_cond_wait(&not_full, &mutex);
      queue[queued++] = ++produced;
      pthread_cond_signal(&not_empty);
    } else {
      while (queued == 0) pthread_cond_wait(&not_empty, &mutex);
      sum += queue[--queued];
      taken++;
      pthread_cond_broadcast(&not_full);
    }
    pthread_mutex_unlock(&mutex);
  }
  for (long i = 0; i < rounds / 8; i++) {
    phases[id] = i;
    pthread_barrier_wait(&barrier);
    for (int other = 0; other < THREADS; other++)
      if (phases[other] != i) die("barrier");
    pthread_barrier_wait(&barrier);
  }
  return 0;
}
static void test_conditions(void) {
  pthread_barrier_init(&barrier, 0, THREADS);
  run(THREADS, conditions);
  struct timespec soon;
  clock_gettime(CLOCK_REALTIME, &soon);
  soon.tv_nsec = (soon.tv_nsec + 20000000) % 1000000000;
  if (soon.tv_nsec < 20000000) soon.tv_sec++;
  pthread_mutex_lock(&mutex);
  int timed = pthread_cond_timedwait(&not_empty, &mutex, &soon);
  printf("%ld %ld %ld %s\n", produced, taken, sum, strerror(timed));
}

/* 4: threads in sequence and at once, with thread-local storage, keys, detached ones, and one that is left running. */
static __thread long own = 7;
static pthread_key_t key;
static atomic_long destroyed, started;
static void destroy(void *value) { atomic_fetch_add(&destroyed, (long)value); }
static void *local(void *argument) {
  own += (long)argument;
  pthread_setspecific(key, (void *)own);
  sched_yield();
  atomic_fetch_add(&started, 1);
  return (void *)(own + (long)pthread_getspecific(key));
}
static void *together(void *argument) {
  pthread_barrier_wait(&barrier);
  local(argument);
  pthread_barrier_wait(&barrier);
  return 0;
}
static void *forever(void *argument) {
  for (volatile long *i = argument;; ++*i) {
  }
  return 0;
}
static void test_storm(void) {
  long total = 0;
  pthread_key_create(&key, destroy);
  for (long i = 0; i < rounds; i++) {
    pthread_t thread;
    void *result;
    if ((errno = pthread_create(&thread, 0, local, (void *)i)) != 0) die("pthread_create");
    pthread_join(thread, &result);
    total += (long)result;
  }
  pthread_barrier_init(&barrier, 0, 64);
  run(64, together);
  pthread_attr_t detached;
  pthread_attr_init(&detached);
  pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
  for (long i = 0; i < 20; i++) {
    pthread_t thread;
    if ((errno = pthread_create(&thread, &detached, local, (void *)i)) != 0) die("pthread_create");
  }
  while (started != rounds + 84) usleep(1000);
  pthread_t thread;
  static long turns;
  pthread_create(&thread, 0, forever, &turns);
  printf("%ld %ld %d\n", total, own, getpid() == syscall(SYS_gettid));
}

/* 5: a lock whose owner ended. */
static pthread_mutex_t robust;
static void *abandon(void *argument) {
  pthread_mutex_lock(&robust);
  return 0;
}
static void *wait_for_robust(void *argument) {
  int result = pthread_mutex_lock(&robust);
  pthread_mutex_consistent(&robust);
  pthread_mutex_unlock(&robust);
  return (void *)(long)result;
}
static void *abandon_late(void *argument) {
  pthread_mutex_lock(&robust);
  pthread_barrier_wait(&barrier);
  usleep(30000);
  return 0;
}
static void test_robust(void) {
  pthread_mutexattr_t kind;
  pthread_mutexattr_init(&kind);
  pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&robust, &kind);
  run(1, abandon);
  long first = (long)wait_for_robust(0);
  pthread_barrier_init(&barrier, 0, 2);
  pthread_t late, waits;
  void *second;
  pthread_create(&late, 0, abandon_late, 0);
  pthread_barrier_wait(&barrier);
  pthread_create(&waits, 0, wait_for_robust, 0);
  pthread_join(waits, &second);
  pthread_join(late, 0);
  printf("%s, %s\n", strerror(first), strerror((long)second));
}

/* 6: code that one thread writes and others run. */
static unsigned *code;
static atomic_long version;
static atomic_int stop;
static void put(int value) {
  code[0] = 0x00000513u | (unsigned)value << 20; /* li a0, value */
  code[1] = 0x00008067u;                         /* ret */
}
static void *call(void *argument) {
  long worst = 0;
  while (!stop) {
    long least = atomic_load(&version);
    long got = ((long (*)(void))code)();
    if (got < least || got > atomic_load(&version) + 1) worst++;
  }
  return (void *)worst;
}
static void test_code(void) {
  code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  put(0);
  __builtin___clear_cache((char *)code, (char *)(code + 2));
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], 0, call, 0);
  for (int i = 1; i < 2000 && i < rounds; i++) {
    put(i);
    syscall(259, code, code + 2, 0);
    atomic_store(&version, i);
    if (i % 16 == 0) usleep(100);
  }
  stop = 1;
  long worst = 0;
  for (int i = 0; i < 3; i++) {
    void *result;
    pthread_join(threads[i], &result);
    worst += (long)result;
  }
  printf("wrong %ld, last %ld\n", worst, ((long (*)(void))code)());
}

/* 7: mappings that move under the eyes of others: a page that is replaced holds what its version says. */
static volatile long *shown;
static void *look(void *argument) {
  long worst = 0;
  while (!stop) {
    long least = atomic_load(&version);
    long got = *shown;
    if (got != 0 && got < least) worst++;
  }
  return (void *)worst;
}
static void test_mappings(void) {
  shown = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_t threads[3];
  for (int i = 0; i < 3; i++) pthread_create(&threads[i], 0, look, 0);
  for (long i = 1; i < rounds; i++) {
    long *next = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *next = i;
    if (i % 2 == 0) mprotect(next, 4096, PROT_READ);
    if (mremap(next, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)shown) != shown) die("mremap");
    atomic_store(&version, i);
  }
  stop = 1;
  long worst = 0;
  for (int i = 0; i < 3; i++) {
    void *result;
    pthread_join(threads[i], &result);
    worst += (long)result;
  }
  printf("wrong %ld, last %ld\n", worst, *shown);
}

/* 8: the first thread ends before the others. */
static void *outlive(void *argument) {
  usleep(20000);
  if ((long)argument == 3) {
    printf("outlived\n");
    fflush(stdout);
  }
  return 0;
}
static void test_first(void) {
  pthread_t thread;
  for (long i = 0; i < 4; i++) pthread_create(&thread, 0, outlive, (void *)i);
  pthread_exit(0);
}

/* 9: the status is that of the last thread, or exit_group's. */
static void *leave(void *argument) {
  usleep(20000);
  syscall(SYS_exit, 5);
  return 0;
}
static void *stand(void *argument) {
  pause();
  return 0;
}
static void test_last(void) {
  pthread_t thread;
  pthread_create(&thread, 0, leave, 0);
  syscall(SYS_exit, 0);
}
static void *end_all(void *argument) {
  usleep(20000);
  syscall(SYS_exit_group, 7);
  return 0;
}
static void test_group(void) {
  static long turns;
  pthread_t thread;
  pthread_create(&thread, 0, end_all, 0);
  pthread_create(&thread, 0, forever, &turns);
  pthread_join(thread, 0);
}

/* 10: copies of the process, made by two threads while others run and wait; each makes a thread of its own. */
static void *number(void *argument) { return (void *)syscall(SYS_gettid); }
static void *copy(void *argument) {
  long right = 0;
  for (int i = 0; i < rounds; i++) {
    pid_t child = fork();
    if (child == 0) {
      pthread_t thread;
      void *other;
      pthread_create(&thread, 0, number, 0);
      pthread_join(thread, &other);
      _exit(getpid() == syscall(SYS_gettid) && (long)other != getpid() ? i : 99);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == i) right++;
  }
  return (void *)right;
}
static void test_fork(void) {
  static long turns;
  pthread_t spinning, waiting, copying[2];
  void *right[2];
  pthread_create(&spinning, 0, forever, &turns);
  pthread_create(&waiting, 0, stand, 0);
  for (int i = 0; i < 2; i++) pthread_create(&copying[i], 0, copy, 0);
  for (int i = 0; i < 2; i++) pthread_join(copying[i], &right[i]);
  printf("%ld %ld\n", (long)right[0], (long)right[1]);
}

/* 11: how fast: of the same work by one thread and by two, of futexes. */
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}
static void *work(void *argument) {
  unsigned state = (unsigned)(long)argument;
  for (long i = 0; i < rounds; i++) state = state * 1664525u + 1013904223u + (state >> 7);
  return (void *)(long)state;
}
static void *pong(void *argument) {
  sem_t *semaphores = argument;
  for (int i = 0; i < 10000; i++) {
    sem_wait(&semaphores[0]);
    sem_post(&semaphores[1]);
  }
  return 0;
}
static void test_speed(void) {
  run(1, work);
  for (int count = 1; count <= 2; count++) {
    double start = now();
    run(count, work);
    fprintf(stderr, "%d busy: %.0f ms\n", count, now() - start);
  }
  double start = now();
  for (long i = 0; i < 1000000; i++) {
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
  }
  fprintf(stderr, "mutex nobody else wants: %.1f ns\n", now() - start);
  int word = 0;
  start = now();
  for (int i = 0; i < 100000; i++) syscall(SYS_futex, &word, 1, 1, 0, 0, 0);
  fprintf(stderr, "futex wake of nobody: %.2f us\n", (now() - start) / 100);
  sem_t semaphores[2];
  sem_init(&semaphores[0], 0, 0);
  sem_init(&semaphores[1], 0, 0);
  pthread_t thread;
  pthread_create(&thread, 0, pong, semaphores);
  start = now();
  for (int i = 0; i < 10000; i++) {
    sem_post(&semaphores[0]);
    sem_wait(&semaphores[1]);
  }
  fprintf(stderr, "to another and back: %.1f us\n", (now() - start) / 10);
  pthread_join(thread, 0);
  start = now();
  for (int i = 0; i < 1000; i++) run(1, local);
  fprintf(stderr, "create and join: %.0f us\n", now() - start);
}

static void on_fault(int signal) { _exit(99); }

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    void (*test)(void);
  } tests[] = {
      {"atomics", test_atomics}, {"locks", test_locks},     {"conditions", test_conditions},
      {"storm", test_storm},     {"robust", test_robust},   {"code", test_code},
      {"mappings", test_mappings}, {"first", test_first},   {"last", test_last},
      {"group", test_group},     {"fork", test_fork},       {"speed", test_speed},
  };
  rounds = count > 2 ? atol(arguments[2]) : 1000;
  /* Who handles faults wants to know where they are. */
  if (count > 3) signal(SIGSEGV, on_fault);
  for (unsigned i = 0; i < sizeof tests / sizeof *tests; i++)
    if (count > 1 && strcmp(arguments[1], tests[i].name) == 0) {
      tests[i].test();
      return 0;
    }
  return 2;
}
