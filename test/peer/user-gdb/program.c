#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
int library_sum(int, int);
extern int counter;
volatile int watched;
static volatile int handled;
static void on_signal(int s) { handled++; }
static void *work(void *p) { while (!*(volatile int *)p) usleep(1000); return 0; }
int main(int argc, char **argv)
{
  int stop = 0, wait = argc > 1;
  pthread_t t[2];
  signal(SIGUSR1, on_signal);
  int first = library_sum(3, 4);
  watched = first * 2;
  pthread_create(&t[0], 0, work, &stop);
  pthread_create(&t[1], 0, work, &stop);
  raise(SIGUSR1);
  first = library_sum(first, handled);
  puts("after signal"); fflush(stdout);
  stop = 1;
  pthread_join(t[0], 0);
  pthread_join(t[1], 0);
  while (wait && argv[1][0] == 'f') usleep(50000);
  printf("done %d %d %d\n", first, watched, handled);
  return 5;
}
