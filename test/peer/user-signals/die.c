/* Ends by the signal whose number is the argument; 0: a wild store; -1: an illegal instruction. */
#include "check.h"
int main(void) {
  int number = atoi(getenv("SIGNAL"));
  if (number == 0) *(volatile int *)8 = 1;
  if (number == -1) asm volatile("unimp");
  if (number == -2) {
    signal(SIGSEGV, SIG_IGN);
    *(volatile int *)8 = 1;
  }
  if (number == -3) {
    sigset_t set;
    sigfillset(&set);
    sigprocmask(SIG_SETMASK, &set, 0);
    *(volatile int *)8 = 1;
  }
  if (number == -4) {
    /* No room for the frame. */
    signal(SIGUSR1, SIG_IGN);
    signal(SIGSEGV, (void (*)(int))0x1000);
    asm volatile("li sp, 64\nsd zero, 0(sp)");
  }
  kill(getpid(), number);
  return 3;
}
