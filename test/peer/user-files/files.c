/* Files, directories, descriptors: what calls give, written down without what differs from run to run. */
#include "show.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

static void show_stat(const char *path) {
  struct stat st;
  if (lstat(path, &st) < 0) { printf("%s: %s\n", path, strerrorname_np(errno)); return; }
  printf("%s: mode %o nlink %ld size %lld uid %d blocks %d mtime %lld.%09ld\n", path, st.st_mode, (long)st.st_nlink,
         S_ISDIR(st.st_mode) ? 0LL : (long long)st.st_size, st.st_uid == geteuid(), S_ISDIR(st.st_mode) ? 0 : (int)st.st_blocks,
         (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static void list(const char *path) {
  DIR *dir = opendir(path);
  char *names[100];
  int count = 0;
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    names[count] = malloc(300);
    sprintf(names[count++], "%s/%d", entry->d_name, entry->d_type);
  }
  closedir(dir);
  qsort(names, count, sizeof *names, by_name);
  for (int i = 0; i < count; i++) printf(" %s", names[i]);
  printf("\n");
}

int main(int argc, char **argv) {
  (void)argc;
  setvbuf(stdout, NULL, _IOFBF, 1 << 16);
  umask(022);
  SHOW(chdir(argv[1]));
  SHOW(mkdir("d", 0755));
  SHOW(mkdir("d", 0755));
  int dir = open("d", O_RDONLY | O_DIRECTORY);
  SHOW(dir);
  SHOW(openat(dir, "a", O_CREAT | O_RDWR | O_EXCL, 0640));
  int fd = 4;
  SHOW(openat(dir, "a", O_CREAT | O_RDWR | O_EXCL, 0640));
  SHOW(open("d/a", O_RDONLY | O_DIRECTORY));
  SHOW(write(fd, "hello, file\n", 12));
  SHOW(lseek(fd, 5, SEEK_SET));
  SHOW(lseek(fd, -100, SEEK_CUR));
  SHOW(lseek(fd, 1ll << 40, SEEK_SET));
  SHOW(lseek(fd, 0, SEEK_SET));
  char buffer[64] = "";
  SHOW(read(fd, buffer, 5));
  printf("%s\n", buffer);
  SHOW(pread(fd, buffer, 20, 7));
  SHOW(pwrite(fd, "HELLO", 5, 0));
  struct iovec vector[3] = {{"one", 3}, {"", 0}, {"three", 5}};
  SHOW(lseek(fd, 0, SEEK_END));
  SHOW(writev(fd, vector, 3));
  SHOW(writev(fd, vector, -1));
  SHOW(writev(fd, vector, 1025));
  SHOW(writev(fd, (void *)8, 1));
  SHOW(pwritev(fd, vector, 3, 30));
  char left[10] = "", right[40] = "";
  struct iovec into[2] = {{left, 9}, {right, 39}};
  SHOW(preadv(fd, into, 2, 0));
  printf("%s|%s\n", left, right);
  SHOW(preadv2(fd, into, 2, 0, 0));
  SHOW(ftruncate(fd, 100));
  SHOW(fallocate(fd, 0, 0, 5000));
  SHOW(fsync(fd));
  SHOW(fdatasync(fd));
  SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED));
  struct timespec times[2] = {{1000000000, 123456789}, {1111111111, 987654321}};
  SHOW(utimensat(dir, "a", times, 0));
  SHOW(fchmod(fd, 0604));
  show_stat("d/a");
  SHOW(symlinkat("a", dir, "link"));
  SHOW(utimensat(dir, "link", times, AT_SYMLINK_NOFOLLOW));
  show_stat("d/link");
  SHOW(readlinkat(dir, "link", buffer, sizeof buffer));
  SHOW(readlinkat(dir, "a", buffer, sizeof buffer));
  SHOW(readlinkat(dir, "link", buffer, 0));
  SHOW(linkat(dir, "a", dir, "b", 0));
  SHOW(linkat(dir, "link", dir, "c", AT_SYMLINK_FOLLOW));
  SHOW(renameat2(dir, "b", dir, "c", RENAME_NOREPLACE));
  SHOW(renameat2(dir, "b", dir, "e", 0));
  SHOW(rename("d/none", "d/x"));
  SHOW(mkfifo("d/fifo", 0600));
  SHOW(faccessat(dir, "a", R_OK, 0));
  SHOW(faccessat(dir, "nothing", F_OK, 0));
  SHOW(faccessat(99, "nothing", F_OK, 0));
  SHOW(access(argv[1], F_OK));
  SHOW(openat(dir, "link", O_RDONLY | O_NOFOLLOW));
  int pathfd = openat(dir, "link", O_PATH | O_NOFOLLOW);
  SHOW(read(pathfd, buffer, 1));
  struct stat st;
  SHOW(fstatat(pathfd, "", &st, AT_EMPTY_PATH));
  printf("link %d\n", S_ISLNK(st.st_mode));
  struct statx stx;
  SHOW(statx(dir, "a", 0, STATX_BASIC_STATS, &stx));
  printf("%llu %o\n", (unsigned long long)stx.stx_size, stx.stx_mode);
  SHOW(statx(dir, "a", 0, STATX_BASIC_STATS, (void *)16));
  SHOW(stat("d/a", (void *)16));
  SHOW(stat((void *)16, &st));
  list("d");
  struct statfs fs;
  SHOW(statfs("d", &fs));
  printf("%d %ld\n", fs.f_bsize > 0, (long)fs.f_namelen);
  SHOW(setxattr("d/a", "user.test", "value", 5, 0));
  SHOW(getxattr("d/a", "user.test", buffer, 2));
  SHOW(getxattr("d/a", "user.none", buffer, 2));
  SHOW(dup(fd));
  SHOW(dup2(fd, 30));
  SHOW(dup2(fd, fd));
  SHOW(dup2(77, 5));
  SHOW(dup3(fd, fd, 0));
  SHOW(dup3(fd, 31, O_CLOEXEC));
  SHOW(fcntl(31, F_GETFD));
  SHOW(fcntl(31, F_SETFD, 0));
  SHOW(fcntl(31, F_GETFD));
  SHOW(fcntl(30, F_DUPFD, 30));
  SHOW(fcntl(30, F_DUPFD_CLOEXEC, 40));
  SHOW(fcntl(40, F_GETFD));
  SHOW(fcntl(30, F_DUPFD, -1));
  SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
  SHOW(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
  SHOW(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK));
  SHOW(fcntl(dir, F_GETFL) & (O_DIRECTORY | O_NOFOLLOW));
  SHOW(fcntl(200, F_GETFL));
  SHOW(fcntl(fd, 12345));
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 1, .l_len = 10};
  SHOW(fcntl(fd, F_SETLK, &lock));
  SHOW(fcntl(fd, F_GETLK, &lock));
  printf("lock %d\n", lock.l_type);
  SHOW(fcntl(fd, F_GETLK, (void *)16));
  SHOW(flock(fd, LOCK_EX | LOCK_NB));
  SHOW(close(fd));
  SHOW(close(fd));
  SHOW(close(-1));
  SHOW(syscall(SYS_close_range, 30, 45, 0));
  SHOW(fcntl(30, F_GETFD));
  SHOW(syscall(SYS_close_range, 5, 4, 0));

  int pipes[2];
  SHOW(pipe2(pipes, O_CLOEXEC));
  printf("%d %d\n", pipes[0], pipes[1]);
  SHOW(fcntl(pipes[0], F_GETPIPE_SZ));
  SHOW(fcntl(pipes[0], F_SETPIPE_SZ, 4096));
  SHOW(write(pipes[1], "through a pipe", 14));
  int available = 0;
  SHOW(ioctl(pipes[0], FIONREAD, &available));
  printf("%d\n", available);
  SHOW(ioctl(pipes[0], FIONREAD, (void *)16));
  LINUX(ioctl(pipes[0], 0x12345678, 0));
  SHOW(ioctl(pipes[0], TIOCGWINSZ, buffer));
  SHOW(fcntl(pipes[0], F_GETFD));
  SHOW(ioctl(pipes[0], FIONCLEX));
  SHOW(fcntl(pipes[0], F_GETFD));
  int on = 1;
  SHOW(ioctl(pipes[0], FIONBIO, &on));
  SHOW(tee(pipes[0], pipes[1], 5, 0));
  SHOW(read(pipes[0], buffer, 64));
  SHOW(read(pipes[0], buffer, 64));
  SHOW(read(pipes[0], buffer, 64));
  SHOW(pipe2((void *)16, 0));
  int other = open("d/copy", O_CREAT | O_RDWR | O_TRUNC, 0644);
  fd = open("d/a", O_RDWR);
  off_t offset = 2;
  SHOW(sendfile(other, fd, &offset, 10));
  printf("%ld\n", (long)offset);
  loff_t from = 0, to = 20;
  SHOW(copy_file_range(fd, &from, other, &to, 8, 0));
  printf("%ld %ld\n", (long)from, (long)to);
  SHOW(lseek(fd, 0, SEEK_SET));
  SHOW(splice(fd, NULL, pipes[1], NULL, 9, 0));
  SHOW(splice(pipes[0], NULL, other, &to, 9, 0));
  SHOW(lseek(other, 0, SEEK_END));
  SHOW(lseek(other, 15, SEEK_DATA) >= 0);

  /* Buffers that end in nothing, and mappings that reach beyond their file. */
  char *pages = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(pages + 4096, 8192);
  LINUX(pread(fd, pages + 4090, 100, 0));
  SHOW(read(fd, pages + 4096, 10));
  SHOW(read(fd, NULL, 10));
  SHOW(read(fd, NULL, 0));
  SHOW(read(fd, (void *)-5, 10));
  SHOW(write(other, pages + 4096, 10));
  SHOW(open((void *)-1, O_RDONLY));
  SHOW(open("", O_RDONLY));
  memset(pages, 'x', 4096);
  LINUX(open(pages, O_RDONLY));
  char *longest = malloc(5000);
  memset(longest, 'a', 4999);
  longest[4999] = 0;
  SHOW(open(longest, O_RDONLY));
  char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, other, 0);
  memcpy(map, "mapped", 6);
  SHOW(msync(map, 8192, MS_SYNC));
  SHOW(pread(other, buffer, 6, 0));
  printf("%.6s\n", buffer);
  SHOW(write(other, map + 4096, 1));
  SHOW(mmap(NULL, 4096, PROT_READ, MAP_SHARED, pipes[0], 0) == MAP_FAILED ? -1 : 0);
  SHOW(mmap(NULL, 4096, PROT_READ, MAP_SHARED, 500, 0) == MAP_FAILED ? -1 : 0);
  SHOW(mmap(NULL, 4096, PROT_READ, MAP_SHARED, other, 100) == MAP_FAILED ? -1 : 0);
  int memory = memfd_create("some memory", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  SHOW(ftruncate(memory, 4096));
  SHOW(fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK));
  SHOW(ftruncate(memory, 0));
  SHOW(fcntl(memory, F_GET_SEALS));
  SHOW(truncate("d/copy", 3));
  show_stat("none");
  SHOW(unlinkat(dir, "c", 0));
  SHOW(unlinkat(dir, "", 0));
  SHOW(unlinkat(AT_FDCWD, "d", AT_REMOVEDIR));
  SHOW(fchdir(dir));
  SHOW(getcwd(buffer, 3) == NULL ? -1 : 0);
  SHOW(chdir(".."));
  SHOW(fchownat(dir, "a", -1, -1, 0));
  SHOW(mknodat(dir, "node", S_IFREG | 0600, 0));
  list("d");
  return 0;
}
