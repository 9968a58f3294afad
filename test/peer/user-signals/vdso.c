/* The C library finds the kernel's own library, its functions and their version. */
#include "check.h"
#include <dlfcn.h>
#include <link.h>
#include <sys/auxv.h>

int main(void) {
  begin();
  const char *header = (const char *)getauxval(AT_SYSINFO_EHDR);
  printf("elf %d\n", header && memcmp(header, ELFMAG, SELFMAG) == 0);
  void *library = dlopen("linux-vdso.so.1", RTLD_LAZY | RTLD_NOLOAD);
  printf("loaded %d\n", library != 0);
  const char *names[] = {"__vdso_rt_sigreturn", "__vdso_clock_gettime", "__vdso_clock_getres", "__vdso_gettimeofday",
                         "__vdso_getcpu", "__vdso_flush_icache"};
  for (int i = 0; i < 6; i++) {
    char *function = dlvsym(library, names[i], "LINUX_4.15");
    printf("%s %d\n", names[i], function > header && function < header + 4096);
    if (dlvsym(library, names[i], "LINUX_4.16")) printf("a wrong version\n");
  }
  struct timespec ours, theirs;
  int (*gettime)(clockid_t, struct timespec *) = dlvsym(library, "__vdso_clock_gettime", "LINUX_4.15");
  int result = gettime(CLOCK_MONOTONIC, &ours);
  clock_gettime(CLOCK_MONOTONIC, &theirs);
  printf("time %d %d\n", result, theirs.tv_sec - ours.tv_sec <= 1);
  int (*flush)(void *, void *, unsigned long) = dlvsym(library, "__vdso_flush_icache", "LINUX_4.15");
  printf("flush %d\n", flush(0, 0, 0));
  return 0;
}
