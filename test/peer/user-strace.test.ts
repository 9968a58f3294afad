/** -strace says of a C program what native qemu-riscv64 says, but for numbers of processes and addresses. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMPILER, compile, NATIVE, runBoth, temporary } from './user/programs.ts';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const missing = [NATIVE, COMPILER].filter((program) => !has(program));
const skip = missing.length > 0 && process.env['CI'] === undefined && `${missing.join(' and ')}: not installed`;

const SOURCE = `
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sys/wait.h>
static void on_signal(int number) {}
int main(void)
{
  char bytes[64];
  int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
  if (read(fd, bytes, 10) != 10) return 1;
  lseek(fd, 0, SEEK_SET);
  void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page, 4096);
  close(fd);
  open("/none", O_RDWR | O_CREAT | O_EXCL, 0644) < 0 ? 0 : unlink("/none");
  signal(SIGUSR1, on_signal);
  kill(getpid(), SIGUSR1);
  unlinkat(AT_FDCWD, "/none/x", AT_REMOVEDIR);
  chdir("/tmp");
  if (write(1, "hello\\n", 6) != 6) return 2;
  write(99, bytes, 3);
  pid_t child = fork();
  if (child == 0) { char *args[] = { "/none", "a b", 0 }; execve(args[0], args, args); _exit(3); }
  waitpid(child, 0, 0);
  return 5;
}
`;
/** Calls whose form is alike, without what differs. */
const COMPARED =
  /^(openat|read|lseek|mmap|munmap|close|unlinkat|chdir|write|execve|exit_group|kill|getpid|clone)\(.*|^--- .*/;

function traced(stderr: string): string[] {
  return (
    stderr
      .split('\n')
      .map((line) => line.replace(/^\d+ /, ''))
      .filter((line) => COMPARED.test(line))
      .map((line) => line.replace(/0x[0-9a-f]{5,16}|NULL/g, 'P').replace(/\b\d{3,}\b/g, 'N'))
      // QEMU writes results by themselves, so that a child's may come between its parent's call and its result.
      .map((line) => line.replace(/^(clone\(.*\)) = .*/, '$1'))
  );
}

test('a program with files, memory, signals and a child', { skip }, () => {
  const folder = temporary('user-strace');
  const source = join(folder, 'program.c');
  writeFileSync(source, SOURCE);
  const program = compile(source, join(folder, 'program'), '-static', '-Wno-unused-result');
  const { ours, native } = runBoth(['-strace', program]);
  assert.deepEqual([ours.stdout, ours.status], [native.stdout, native.status]);
  const [own, theirs] = [traced(ours.stderr), traced(native.stderr)];
  assert.ok(theirs.length > 15, native.stderr);
  // clone's pointers that are null are named by neither; their names are QEMU's own.
  const plain = (lines: readonly string[]): string[] => lines.map((line) => line.replace(/[a-z_]+=P/g, 'P')).toSorted();
  assert.deepEqual(plain(own), plain(theirs));
});
