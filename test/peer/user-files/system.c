/* What the system says of itself and of the process: names, limits, ids, /proc. */
#include "show.h"
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static int slurp(const char *path) {
  int fd = open(path, O_RDONLY), length = 0, got;
  if (fd < 0) return -1;
  while ((got = read(fd, buffer + length, sizeof buffer - 1 - length)) > 0) length += got;
  buffer[length] = 0;
  close(fd);
  return length;
}

static void names(void) {
  struct utsname names;
  SHOW(uname(&names));
  printf("%s %s %s\n", names.sysname, names.release, names.machine);
  SHOW(uname((void *)16));
  struct sysinfo info;
  SHOW(sysinfo(&info));
  printf("%d %ld\n", info.mem_unit, (long)info.totalram);
  SHOW(getrandom(buffer, 16, 0));
  SHOW(getrandom(buffer, 16, 99));
  SHOW(sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t cpus;
  SHOW(sched_getaffinity(0, sizeof cpus, &cpus) == 0 && CPU_COUNT(&cpus) == sysconf(_SC_NPROCESSORS_ONLN));
  unsigned cpu = 1000, node = 1000;
  SHOW(syscall(SYS_getcpu, &cpu, &node, NULL));
  printf("%d %d\n", cpu < 1000, node < 1000);
  SHOW(sched_getscheduler(0));
  SHOW(sched_get_priority_max(SCHED_FIFO));
  struct sched_param parameters = {7};
  SHOW(sched_getparam(0, &parameters));
  SHOW(parameters.sched_priority);
  struct timespec time;
  SHOW(sched_rr_get_interval(0, &time));
  SHOW(getpriority(PRIO_PROCESS, 0));
  SHOW(setpriority(PRIO_PROCESS, 0, 5));
  SHOW(getpriority(PRIO_PROCESS, 0));
}

static void limits(void) {
  struct rlimit limit;
  static const int all[] = {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_CORE, RLIMIT_NPROC, RLIMIT_AS, RLIMIT_DATA};
  for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
    int result = getrlimit(all[i], &limit);
    printf("%d: %d %lx %lx\n", all[i], result, (long)limit.rlim_cur, (long)limit.rlim_max);
  }
  limit.rlim_cur = 20, limit.rlim_max = 60;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  int last = -1, fd;
  while ((fd = open("/dev/null", O_RDONLY)) >= 0) last = fd;
  printf("last %d %s\n", last, strerrorname_np(errno));
  SHOW(dup2(0, 20));
  SHOW(fcntl(0, F_DUPFD, 25));
  SHOW(pipe((int *)buffer));
  for (fd = 3; fd <= last; fd++) close(fd);
  limit.rlim_cur = 70;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  limit.rlim_cur = 60;
  SHOW(setrlimit(RLIMIT_NOFILE, &limit));
  SHOW(getrlimit(RLIMIT_NOFILE, &limit));
  printf("%ld %ld\n", (long)limit.rlim_cur, (long)limit.rlim_max);
  SHOW(syscall(SYS_prlimit64, 0, 99, NULL, &limit));
  SHOW(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, 16));
  struct rusage usage;
  SHOW(getrusage(RUSAGE_SELF, &usage));
  SHOW(usage.ru_maxrss > 0);
  struct tms times_;
  SHOW(times(&times_) != -1);
}

static void ids(void) {
  uid_t real, effective, saved;
  SHOW(getresuid(&real, &effective, &saved));
  SHOW(real == getuid() && effective == geteuid() && saved == effective);
  SHOW(getresuid((void *)16, &effective, &saved));
  gid_t groups[100];
  int count = getgroups(100, groups);
  SHOW(getgroups(0, NULL) == count);
  SHOW(setfsuid(-1) == (int)effective);
  SHOW(setresuid(-1, -1, -1));
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  SHOW(syscall(SYS_capget, &header, data));
  header.version = 1;
  SHOW(syscall(SYS_capget, &header, data));
  printf("%x\n", header.version);
  SHOW(personality(0xffffffff));
}

static void clocks(void) {
  struct timespec time, left;
  SHOW(clock_gettime(CLOCK_REALTIME, &time));
  SHOW(clock_gettime(CLOCK_MONOTONIC, &time));
  SHOW(clock_gettime(12345, &time));
  SHOW(clock_getres(CLOCK_MONOTONIC, &time));
  printf("%ld\n", time.tv_nsec);
  SHOW(clock_getres(CLOCK_MONOTONIC, NULL));
  time = (struct timespec){0, 1000000};
  SHOW(nanosleep(&time, &left));
  time.tv_nsec = -1;
  SHOW(nanosleep(&time, &left));
  SHOW(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &left));
  SHOW(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time));
  struct timeval now;
  SHOW(gettimeofday(&now, NULL));
  SHOW(syscall(SYS_gettimeofday, 16, NULL));
}

static void proc(const char *self) {
  char path[300];
  int length = readlink("/proc/self/exe", path, sizeof path);
  printf("exe %d\n", length == (int)strlen(self) && memcmp(path, self, length) == 0);
  sprintf(path, "/proc/%d/exe", getpid());
  printf("exe %d\n", (int)readlink(path, buffer, sizeof buffer) == length);
  struct stat st, other;
  SHOW(stat("/proc/self/exe", &st));
  SHOW(stat(self, &other));
  LINUX(st.st_ino == other.st_ino);
  int fd = open("/proc/self/exe", O_RDONLY);
  SHOW(read(fd, buffer, 4));
  printf("%.3s\n", buffer + 1);
  close(fd);
  length = slurp("/proc/self/cmdline");
  printf("cmdline %d:", length);
  for (int i = 0; i < length; i++) putchar(buffer[i] == 0 ? '|' : buffer[i]);
  printf("\n");
  length = slurp("/proc/self/auxv");
  Elf64_auxv_t *vector = (Elf64_auxv_t *)buffer;
  for (; vector->a_type != AT_NULL; vector++) {
    if (vector->a_type == AT_PAGESZ || vector->a_type == AT_RANDOM || vector->a_type == AT_ENTRY) {
      printf("aux %ld %d\n", (long)vector->a_type, getauxval(vector->a_type) == vector->a_un.a_val);
    }
  }
  slurp("/proc/self/maps");
  int lines = 0, here = 0, stack = 0;
  for (char *line = strtok(buffer, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
    unsigned long from, to;
    char prot[8];
    sscanf(line, "%lx-%lx %s", &from, &to, prot);
    if (from <= (unsigned long)&slurp && to > (unsigned long)&slurp) here = strcmp(prot, "r-xp") == 0 && strstr(line, self) != NULL;
    if (from <= (unsigned long)&here && to > (unsigned long)&here) stack = strstr(line, "[stack]") != NULL;
  }
  printf("maps %d %d %d\n", lines > 3, here, stack);
  length = slurp("/proc/self/stat");
  int pid = 0;
  char name[100];
  sscanf(buffer, "%d (%[^)])", &pid, name);
  printf("stat %d\n", pid == getpid());
  int threads = 0;
  sscanf(strrchr(buffer, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d", &threads);
  int tasks = 0;
  DIR *task = opendir("/proc/self/task");
  for (struct dirent *entry; (entry = readdir(task)) != NULL;) tasks += atoi(entry->d_name) == getpid();
  closedir(task);
  printf("!thread %s %d, %d of it\n", name, threads, tasks);
  int directory = open("/proc/self", O_RDONLY | O_DIRECTORY);
  fd = openat(directory, "cmdline", O_RDONLY);
  printf("openat %d\n", (int)read(fd, buffer, 100) > 5);
  close(fd), close(directory);

  /* Descriptors. */
  int pipes[2];
  SHOW(pipe(pipes));
  int many = fcntl(pipes[0], F_DUPFD, 35);
  SHOW(many);
  DIR *list = opendir("/proc/self/fd");
  int mine[64] = {0};
  for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
    int number = atoi(entry->d_name);
    if (entry->d_name[0] != '.' && number < 64) mine[number] = 1 + entry->d_type;
  }
  struct stat linked;
  sprintf(path, "%d", many);
  LINUX(fstatat(dirfd(list), path, &linked, 0));
  closedir(list);
  printf("!listed:");
  for (int i = 3; i < 64; i++) if (mine[i]) printf(" %d/%d", i, mine[i]);
  printf("\n");
  sprintf(path, "/dev/fd/%d", pipes[1]);
  fd = open(path, O_WRONLY);
  LINUX(write(fd, "by name", 7));
  LINUX(read(many, buffer, 10));
  sprintf(path, "/proc/%d/fd/%d", getpid(), many);
  length = readlink(path, buffer, 5);
  buffer[length > 0 ? length : 0] = 0;
  printf("!%d %s\n", length, buffer);
  LINUX(open("/proc/self/fd/39", O_RDONLY));
  LINUX(access("/dev/fd/39", F_OK));
  LINUX(access("/dev/stdout", F_OK));
}

int main(int argc, char **argv) {
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  printf("%d\n", argc);
  names();
  limits();
  ids();
  clocks();
  proc(argv[0]);
  return 0;
}
