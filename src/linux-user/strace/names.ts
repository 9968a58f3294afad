/** Names of constants of Linux, with the values that riscv64 and most architectures have (asm-generic). */
import { bits, fieldAndBits, oneOf } from './flags.ts';

export const showOpenFlags = fieldAndBits(
  3,
  { O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2 },
  {
    O_CREAT: 0o100,
    O_EXCL: 0o200,
    O_NOCTTY: 0o400,
    O_TRUNC: 0o1000,
    O_APPEND: 0o2000,
    O_NONBLOCK: 0o4000,
    // Bits of one another: the longer one first.
    O_SYNC: 0o4010000,
    O_DSYNC: 0o10000,
    O_ASYNC: 0o20000,
    O_DIRECT: 0o40000,
    O_LARGEFILE: 0o100000,
    O_TMPFILE: 0o20200000,
    O_DIRECTORY: 0o200000,
    O_NOFOLLOW: 0o400000,
    O_NOATIME: 0o1000000,
    O_CLOEXEC: 0o2000000,
    O_PATH: 0o10000000,
  },
);

/** Flags of pipes, eventfd and the like, which are those of open. */
export const showFileFlags = bits({ O_CLOEXEC: 0o2000000, O_NONBLOCK: 0o4000, O_DIRECT: 0o40000 });

export const showProtection = bits(
  { PROT_EXEC: 4, PROT_READ: 1, PROT_WRITE: 2, PROT_SEM: 8, PROT_GROWSDOWN: 0x1000000, PROT_GROWSUP: 0x2000000 },
  'PROT_NONE',
);

export const showMapFlags = bits({
  MAP_SHARED_VALIDATE: 3,
  MAP_SHARED: 1,
  MAP_PRIVATE: 2,
  MAP_FIXED: 0x10,
  MAP_ANONYMOUS: 0x20,
  MAP_GROWSDOWN: 0x100,
  MAP_DENYWRITE: 0x800,
  MAP_EXECUTABLE: 0x1000,
  MAP_LOCKED: 0x2000,
  MAP_NORESERVE: 0x4000,
  MAP_POPULATE: 0x8000,
  MAP_NONBLOCK: 0x10000,
  MAP_STACK: 0x20000,
  MAP_HUGETLB: 0x40000,
  MAP_SYNC: 0x80000,
  MAP_FIXED_NOREPLACE: 0x100000,
});

export const showRemapFlags = bits({ MREMAP_MAYMOVE: 1, MREMAP_FIXED: 2, MREMAP_DONTUNMAP: 4 });

export const showAdvice = oneOf({
  MADV_NORMAL: 0,
  MADV_RANDOM: 1,
  MADV_SEQUENTIAL: 2,
  MADV_WILLNEED: 3,
  MADV_DONTNEED: 4,
  MADV_FREE: 8,
  MADV_REMOVE: 9,
  MADV_DONTFORK: 10,
  MADV_DOFORK: 11,
  MADV_MERGEABLE: 12,
  MADV_UNMERGEABLE: 13,
  MADV_HUGEPAGE: 14,
  MADV_NOHUGEPAGE: 15,
  MADV_DONTDUMP: 16,
  MADV_DODUMP: 17,
});

export const showAtFlags = bits({
  AT_SYMLINK_NOFOLLOW: 0x100,
  AT_REMOVEDIR: 0x200,
  AT_SYMLINK_FOLLOW: 0x400,
  AT_NO_AUTOMOUNT: 0x800,
  AT_EMPTY_PATH: 0x1000,
});
export const showUnlinkFlags = bits({ AT_REMOVEDIR: 0x200 });
export const showAccessFlags = bits({ AT_EACCESS: 0x200, AT_SYMLINK_NOFOLLOW: 0x100, AT_EMPTY_PATH: 0x1000 });
export const showAccessMode = bits({ R_OK: 4, W_OK: 2, X_OK: 1 }, 'F_OK');
export const showWhence = oneOf({ SEEK_SET: 0, SEEK_CUR: 1, SEEK_END: 2, SEEK_DATA: 3, SEEK_HOLE: 4 });

export const showClock = oneOf({
  CLOCK_REALTIME: 0,
  CLOCK_MONOTONIC: 1,
  CLOCK_PROCESS_CPUTIME_ID: 2,
  CLOCK_THREAD_CPUTIME_ID: 3,
  CLOCK_MONOTONIC_RAW: 4,
  CLOCK_REALTIME_COARSE: 5,
  CLOCK_MONOTONIC_COARSE: 6,
  CLOCK_BOOTTIME: 7,
  CLOCK_REALTIME_ALARM: 8,
  CLOCK_BOOTTIME_ALARM: 9,
  CLOCK_TAI: 11,
});

export const SIGNALS = [
  'SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM SIGTERM',
  'SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO',
  'SIGPWR SIGSYS',
]
  .join(' ')
  .split(' ');

/** A signal's name, or its number. */
export const showSignal = (number: number): string => SIGNALS[number - 1] ?? String(number);

export const showMaskHow = oneOf({ SIG_BLOCK: 0, SIG_UNBLOCK: 1, SIG_SETMASK: 2 });

export const showFcntl = oneOf({
  F_DUPFD: 0,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  F_GETLK: 5,
  F_SETLK: 6,
  F_SETLKW: 7,
  F_SETOWN: 8,
  F_GETOWN: 9,
  F_SETSIG: 10,
  F_GETSIG: 11,
  F_SETOWN_EX: 15,
  F_GETOWN_EX: 16,
  F_OFD_GETLK: 36,
  F_OFD_SETLK: 37,
  F_OFD_SETLKW: 38,
  F_SETLEASE: 1024,
  F_GETLEASE: 1025,
  F_NOTIFY: 1026,
  F_DUPFD_CLOEXEC: 1030,
  F_SETPIPE_SZ: 1031,
  F_GETPIPE_SZ: 1032,
  F_ADD_SEALS: 1033,
  F_GET_SEALS: 1034,
});

export const showIoctl = oneOf(
  {
    TCGETS: 0x5401,
    TCSETS: 0x5402,
    TCSETSW: 0x5403,
    TCSETSF: 0x5404,
    TIOCSCTTY: 0x540e,
    TIOCGPGRP: 0x540f,
    TIOCSPGRP: 0x5410,
    TIOCGWINSZ: 0x5413,
    TIOCSWINSZ: 0x5414,
    FIONREAD: 0x541b,
    FIONBIO: 0x5421,
    TIOCNOTTY: 0x5422,
    TIOCGSID: 0x5429,
    FIONCLEX: 0x5450,
    FIOCLEX: 0x5451,
    FICLONE: 0x40049409,
  },
  (value) => `0x${(value >>> 0).toString(16)}`,
);

const FUTEX = oneOf({
  FUTEX_WAIT: 0,
  FUTEX_WAKE: 1,
  FUTEX_FD: 2,
  FUTEX_REQUEUE: 3,
  FUTEX_CMP_REQUEUE: 4,
  FUTEX_WAKE_OP: 5,
  FUTEX_LOCK_PI: 6,
  FUTEX_UNLOCK_PI: 7,
  FUTEX_TRYLOCK_PI: 8,
  FUTEX_WAIT_BITSET: 9,
  FUTEX_WAKE_BITSET: 10,
});
const FUTEX_FLAGS = bits({ FUTEX_PRIVATE_FLAG: 0x80, FUTEX_CLOCK_REALTIME: 0x100 }, '');
/** Flags come first. */
export const showFutex = (value: number): string =>
  [FUTEX_FLAGS(value & 0x180), FUTEX(value & ~0x180)].filter((part) => part !== '').join('|');

export const showCloneFlags = bits({
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x10000,
  CLONE_NEWNS: 0x20000,
  CLONE_SYSVSEM: 0x40000,
  CLONE_SETTLS: 0x80000,
  CLONE_PARENT_SETTID: 0x100000,
  CLONE_CHILD_CLEARTID: 0x200000,
  CLONE_DETACHED: 0x400000,
  CLONE_UNTRACED: 0x800000,
  CLONE_CHILD_SETTID: 0x1000000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
});

export const showSocketDomain = oneOf({
  PF_UNSPEC: 0,
  PF_UNIX: 1,
  PF_INET: 2,
  PF_INET6: 10,
  PF_NETLINK: 16,
  PF_PACKET: 17,
});
export const showSocketType = fieldAndBits(
  15,
  { SOCK_STREAM: 1, SOCK_DGRAM: 2, SOCK_RAW: 3, SOCK_RDM: 4, SOCK_SEQPACKET: 5, SOCK_PACKET: 10 },
  { SOCK_NONBLOCK: 0o4000, SOCK_CLOEXEC: 0o2000000 },
);
export const showInternetProtocol = oneOf({
  IPPROTO_IP: 0,
  IPPROTO_ICMP: 1,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_RAW: 255,
});
export const showMessageFlags = bits({
  MSG_OOB: 1,
  MSG_PEEK: 2,
  MSG_DONTROUTE: 4,
  MSG_CTRUNC: 8,
  MSG_TRUNC: 0x20,
  MSG_DONTWAIT: 0x40,
  MSG_EOR: 0x80,
  MSG_WAITALL: 0x100,
  MSG_NOSIGNAL: 0x4000,
  MSG_CMSG_CLOEXEC: 0x40000000,
});

export const showWaitOptions = bits({ WNOHANG: 1, WUNTRACED: 2, WEXITED: 4, WCONTINUED: 8, WNOWAIT: 0x1000000 });
export const showEpollOperation = oneOf({ EPOLL_CTL_ADD: 1, EPOLL_CTL_DEL: 2, EPOLL_CTL_MOD: 3 });
export const showIntervalTimer = oneOf({ ITIMER_REAL: 0, ITIMER_VIRTUAL: 1, ITIMER_PROF: 2 });
export const showResource = oneOf({
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
});
export const showRandomFlags = bits({ GRND_NONBLOCK: 1, GRND_RANDOM: 2, GRND_INSECURE: 4 });
