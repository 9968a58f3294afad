/* What execve cannot do, told by errno, with everything as it was after it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char *arguments[] = {"x", NULL};

static void try(const char *what, const char *path) {
  execv(path, arguments);
  printf("%s: %s\n", what, strerror(errno));
}

static void put(const char *path, const char *text, int mode) {
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0700);
  write(fd, text, strlen(text));
  fchmod(fd, mode);
  close(fd);
}

int main(void) {
  char folder[] = "/tmp/failures-XXXXXX";
  mkdtemp(folder);
  chdir(folder);
  setvbuf(stdout, NULL, _IONBF, 0);
  try("missing", "nothing");
  try("directory", "/");
  put("plain", "echo hello\n", 0644);
  try("not executable", "./plain");
  put("text", "echo hello\n", 0755);
  try("no magic", "./text");
  put("empty", "", 0755);
  try("empty", "./empty");
  put("nobody", "#!/no/such/interpreter\n", 0755);
  try("interpreter", "./nobody");
  put("blank", "#! \n", 0755);
  try("blank", "./blank");
  put("self", "#!./self\n", 0755);
  try("self", "./self");
  put("truncated", "\177ELF\2\1\1", 0755);
  try("truncated", "./truncated");
  try("component", "./plain/x");
  try("empty path", "");
  symlink("loop", "loop");
  try("loop", "./loop");
  char *longest = malloc(200000);
  memset(longest, 'x', 199999);
  longest[199999] = 0;
  char *many[] = {"x", longest, NULL};
  execv("/proc/self/exe", many);
  printf("long: %s\n", strerror(errno));
  long result = syscall(SYS_execve, (char *)8, arguments, NULL);
  printf("wild: %ld %s\n", result, strerror(errno));
  result = syscall(SYS_execve, "/proc/self/exe", (char **)8, NULL);
  printf("wild arguments: %ld %s\n", result, strerror(errno));
  system("rm -r /tmp/failures-??????");
  return 0;
}
