/**
 * System calls about files, descriptors, sockets, waiting and the system, of programs in user mode: C programs
 * (user-files/) and Debian's own under this program and under native qemu-riscv64. Lines of the C programs that begin
 * with "!" are what Linux gives where QEMU 7.2 is known to give something else; that is recorded here.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { USER } from '../program.ts';
import { userSysroot } from './user-sysroot.ts';

const COMPILER = 'riscv64-linux-gnu-gcc';
const SOURCES = join(import.meta.dirname, 'user-files');
const WARNINGS = ['nonnull', 'stringop-overflow', 'stringop-overread', 'unused-result'].map((name) => `-Wno-${name}`);
const folder = mkdtempSync(join(tmpdir(), 'tinamou-files-'));
after(() => rmSync(folder, { recursive: true }));

interface End {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: string | null;
}

/** Runs a program in an empty directory, which is its first argument if it is to be told. */
function run(program: string, args: readonly string[], input = '', cwd = join(folder, 'work')): End {
  rmSync(cwd, { recursive: true, force: true });
  mkdirSync(cwd);
  const { stdout, stderr, status, signal, error } = spawnSync(program, args, {
    encoding: 'latin1',
    cwd,
    input,
    env: { PATH: '/usr/bin:/bin', HOME: '/nowhere', LANG: 'C.UTF-8', TZ: 'UTC' },
    timeout: 180_000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 << 20,
  });
  if (error !== undefined) throw error;
  return { stdout, stderr, status, signal };
}

/** What Linux gives, in the order of the lines. */
const LINUX: Readonly<Record<string, readonly string[]>> = {
  files: [
    'ioctl(pipes[0], 0x12345678, 0) = -1 ENOTTY',
    'pread(fd, pages + 4090, 100, 0) = 6 ',
    'open(pages, 00) = -1 ENAMETOOLONG',
  ],
  sockets: [],
  ends: [],
  residence: [],
  system: [
    'st.st_ino == other.st_ino = 1 ',
    'thread system 1, 1 of it',
    'fstatat(dirfd(list), path, &linked, 0) = 0 ',
    'listed: 3/11 4/11 5/11 35/11',
    'write(fd, "by name", 7) = 7 ',
    'read(many, buffer, 10) = 7 ',
    '5 pipe:',
    'open("/proc/self/fd/39", 00) = -1 ENOENT',
    'access("/dev/fd/39", 0) = -1 ENOENT',
    'access("/dev/stdout", 0) = 0 ',
  ],
};

for (const [name, expected] of Object.entries(LINUX)) {
  test(`${name}.c says what it says under native QEMU, or on Linux`, () => {
    const path = join(folder, name);
    execFileSync(COMPILER, ['-O1', '-static', '-Wall', '-Werror', ...WARNINGS, join(SOURCES, `${name}.c`), '-o', path]);
    const work = join(folder, 'work');
    const native = run('qemu-riscv64', [path, work]);
    const ours = run(USER, [path, work]);
    const lines = ({ stdout }: End): string[] => stdout.split('\n');
    const isCommon = (line: string): boolean => !line.startsWith('!');
    assert.equal(native.status, 0, native.stderr);
    assert.equal(lines(ours).filter(isCommon).join('\n'), lines(native).filter(isCommon).join('\n'));
    assert.deepEqual(
      lines(ours)
        .filter((line) => !isCommon(line))
        .map((line) => line.slice(1)),
      expected,
    );
    assert.deepEqual({ ...ours, stdout: '' }, { ...native, stdout: '' });
  });
}

const TREE = join(folder, 'trees/tree');
mkdirSync(join(TREE, 'sub/deeper'), { recursive: true });
writeFileSync(join(TREE, 'numbers'), Array.from({ length: 20_000 }, (_, i) => `${(i * 7919) % 20011}\n`).join(''));
writeFileSync(join(TREE, 'sub/short'), 'short\n');

/** Debian's programs: what is typed, below /usr/bin of the prefix. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'ls -laR': ['ls', '-laR', '--time-style=full-iso', TREE],
  'cat of several files': ['cat', join(TREE, 'sub/short'), join(TREE, 'numbers'), '-'],
  'cp -a and what it made': ['cp', '-av', TREE, 'copy'],
  sort: ['sort', '-n', '--parallel=1', join(TREE, 'numbers')],
  wc: ['wc', join(TREE, 'numbers'), '-'],
  'dd, with what it counted': ['dd', `if=${join(TREE, 'numbers')}`, 'bs=1000', 'count=3', 'status=noxfer'],
  'tail -c': ['tail', '-c', '1000', join(TREE, 'numbers')],
  stat: ['stat', join(TREE, 'sub/short')],
  'df of a file system': ['stat', '-f', '-c', '%T %s %l', '/proc'],
  sha256sum: ['sha256sum', join(TREE, 'numbers')],
  uname: ['uname', '-srm'],
  id: ['id'],
  'date of a file': ['date', '-r', join(TREE, 'numbers')],
  'find out what is missing': ['cat', '/nowhere/at/all'],
  perl: [
    'perl',
    '-e',
    'opendir(D, "/proc/self/task"); print sort { $a <=> $b } (3, 1, 2); print -s $ARGV[0], "\n"; print uc <STDIN>',
    join(TREE, 'numbers'),
  ],
  python: ['python3', '-S', join(SOURCES, 'terminal.py')],
  'openssl dgst': ['openssl', 'dgst', '-sha512', join(TREE, 'numbers')],
  '7zr h': ['../lib/7zip/7zr', 'h', '-scrcSHA256', join(TREE, 'numbers')],
};

for (const [name, [program, ...args]] of Object.entries(COMMANDS)) {
  test(`${name}: as native QEMU`, () => {
    const prefix = userSysroot();
    const path = join(prefix, 'usr/bin', program!);
    const native = run('qemu-riscv64', ['-L', prefix, path, ...args], 'from standard input\n');
    const ours = run(USER, ['-L', prefix, path, ...args], 'from standard input\n');
    assert.deepEqual(ours, native);
  });
}

/** What coreutils do to a directory with `a` and `s/t/y`; links and descriptors in names included. */
const CHANGES = `mv -v a b
ln -sv a l
mkdir -pv m/n/o
rm -rv s
touch -d @1000 a n
chmod -v 600 a
truncate -s 10K a
mkfifo f
install -v -m 711 a inst
cp -v --reflink=auto --sparse=always a c
cp -rv s s2
dd if=/dev/zero of=z bs=1M count=2 status=none
split -b 2 a
du -ab .
readlink -f s/t/../t
realpath .
tee t1 /dev/stdout
stty -a
timeout 5 echo in time
shred -n1 -z -u a
unlink a
cat /dev/fd/0 /proc/self/fd/0`.split('\n');

for (const line of CHANGES) {
  test(`${line}: as native QEMU`, () => {
    const prefix = userSysroot();
    const work = join(folder, 'changed');
    const [program, ...args] = line.split(' ');
    const end = (runner: string): End => {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(join(work, 's/t'), { recursive: true });
      writeFileSync(join(work, 'a'), 'data\n');
      writeFileSync(join(work, 's/t/y'), 'x\n');
      const command = [runner, '-L', prefix, join(prefix, 'usr/bin', program!), ...args];
      const script = '"$@"; status=$?; ls -lR --time-style=+ >&2; exit $status';
      const { stdout, stderr, status, signal } = spawnSync('/bin/sh', ['-c', script, 'sh', ...command], {
        encoding: 'latin1',
        cwd: work,
        input: 'in\n',
        env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' },
        timeout: 120_000,
        killSignal: 'SIGKILL',
      });
      return { stdout, stderr, status, signal };
    };
    assert.deepEqual(end(USER), end('qemu-riscv64'));
  });
}
