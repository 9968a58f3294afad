/* Mappings of files that become longer and shorter. */
#include "show.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static sigjmp_buf back;
static volatile int caught;
static char *volatile where;

static void handler(int signal, siginfo_t *info, void *context) {
  (void)context;
  caught = signal;
  where = info->si_addr;
  siglongjmp(back, 1);
}

/* 0, or the signal that reading the byte gives. */
static int touch(volatile char *byte) {
  caught = 0;
  if (sigsetjmp(back, 1) == 0) (void)*byte;
  else if (where != byte) printf("at another place\n");
  return caught;
}

int main(int argc, char **argv) {
  (void)argc;
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
  sigaction(SIGBUS, &action, NULL);
  sigaction(SIGSEGV, &action, NULL);
  SHOW(chdir(argv[1]));
  int fd = open("grows", O_CREAT | O_RDWR, 0600);
  char *map = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  SHOW(touch(map));
  SHOW(ftruncate(fd, 5000));
  SHOW(touch(map));
  SHOW(touch(map + 4096));
  SHOW(touch(map + 8192));
  memset(map, 'm', 5000);
  SHOW(pwrite(fd, "end", 3, 3 * 4096));
  SHOW(touch(map + 8192));
  SHOW(touch(map + 3 * 4096));
  printf("%.3s\n", map + 3 * 4096);
  SHOW(ftruncate(fd, 4096));
  SHOW(touch(map + 4095));
  SHOW(touch(map + 4096));
  SHOW(write(1, map + 4096, 1));
  SHOW(truncate("grows", 8192));
  SHOW(touch(map + 4096));
  printf("%d\n", map[4096]);
  SHOW(fallocate(fd, 0, 0, 4 * 4096));
  SHOW(touch(map + 3 * 4096));
  close(open("grows", O_RDWR | O_TRUNC));
  SHOW(touch(map));
  SHOW(munmap(map, 4 * 4096));
  SHOW(touch(map));
  return 0;
}
