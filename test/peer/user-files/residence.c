/* Pages that are in memory, or are to be. */
#include "show.h"
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void) {
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  unsigned char there[4] = {9, 9, 9, 9};
  char *map = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  map[0] = map[8192] = 1;
  SHOW(mincore(map, 4 * 4096, there));
  printf("%d %d\n", there[0] & 1, there[2] & 1);
  SHOW(mincore(map + 1, 4096, there));
  SHOW(mincore(map, 4096, (void *)16));
  munmap(map + 3 * 4096, 4096);
  SHOW(mincore(map, 4 * 4096, there));
  SHOW(mlock(map, 100));
  SHOW(mlock(map + 3 * 4096, 100));
  SHOW(mlock(map, 4 * 4096));
  SHOW(munlock(map, 4096));
  SHOW(mlockall(0));
  SHOW(munlockall());
  return 0;
}
