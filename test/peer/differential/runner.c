/* Runs a stream at its addresses and writes the data that it leaves: runner ADDRESS FILE ADDRESS FILE, code then data. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static void *place(unsigned long address, const char *path, long *size) {
  FILE *file = fopen(path, "rb");
  fseek(file, 0, SEEK_END);
  *size = ftell(file);
  rewind(file);
  void *at = mmap((void *)address, *size, PROT_READ | PROT_WRITE | PROT_EXEC,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (at != (void *)address || fread(at, 1, *size, file) != (size_t)*size) exit(1);
  fclose(file);
  return at;
}

int main(int argc, char **argv) {
  long codeSize, dataSize;
  void *code = place(strtoul(argv[1], 0, 0), argv[2], &codeSize);
  void *data = place(strtoul(argv[3], 0, 0), argv[4], &dataSize);
  (void)argc;
  __builtin___clear_cache(code, (char *)code + codeSize);
  ((void (*)(void))code)();
  return fwrite(data, 1, dataSize, stdout) != (size_t)dataSize;
}
