/**
 * Requests of ioctl and what their argument is. Numbers and sizes are those of asm-generic/ioctls.h, linux/sockios.h,
 * linux/fs.h and the like, which x86-64, aarch64 and riscv64 have alike; so are the structures.
 */
export type IoctlArgument =
  /** Nothing, or a number. */
  | 'int'
  /** A descriptor. */
  | 'fd'
  /** The result is a new descriptor; the argument are its flags. */
  | 'newFd'
  /** A structure of so many bytes, that the kernel reads, fills, or both. */
  | { readonly in: number }
  | { readonly out: number }
  | { readonly inout: number }
  /** What the emulator does itself. */
  | 'setCloexec'
  | 'clearCloexec'
  /** struct ifconf, which points to as many bytes as it says. */
  | 'ifconf'
  /** struct file_clone_range: a descriptor at its start. */
  | 'cloneRange'
  /** struct fiemap: as many records as it says. */
  | 'fiemap';

const int = { in: 4 };
const toInt = { out: 4 };
const long = { in: 8 };
const toLong = { out: 8 };
/** struct termios of the kernel, termios2, winsize, serial_struct, ifreq, arpreq, rtentry. */
const TERMIOS = 36;
const TERMIOS2 = 44;
const TERMIO = 18;
const WINSIZE = 8;
const IFREQ = 40;
const ifreq = { inout: IFREQ };
const setIfreq = { in: IFREQ };
const ARPREQ = 68;

type Entry = readonly [name: string, argument: IoctlArgument];

export const IOCTLS: Readonly<Record<number, Entry>> = {
  // Terminals.
  0x5401: ['TCGETS', { out: TERMIOS }],
  0x5402: ['TCSETS', { in: TERMIOS }],
  0x5403: ['TCSETSW', { in: TERMIOS }],
  0x5404: ['TCSETSF', { in: TERMIOS }],
  0x5405: ['TCGETA', { out: TERMIO }],
  0x5406: ['TCSETA', { in: TERMIO }],
  0x5407: ['TCSETAW', { in: TERMIO }],
  0x5408: ['TCSETAF', { in: TERMIO }],
  0x5409: ['TCSBRK', 'int'],
  0x540a: ['TCXONC', 'int'],
  0x540b: ['TCFLSH', 'int'],
  0x540c: ['TIOCEXCL', 'int'],
  0x540d: ['TIOCNXCL', 'int'],
  0x540e: ['TIOCSCTTY', 'int'],
  0x540f: ['TIOCGPGRP', toInt],
  0x5410: ['TIOCSPGRP', int],
  0x5411: ['TIOCOUTQ', toInt],
  0x5412: ['TIOCSTI', { in: 1 }],
  0x5413: ['TIOCGWINSZ', { out: WINSIZE }],
  0x5414: ['TIOCSWINSZ', { in: WINSIZE }],
  0x5415: ['TIOCMGET', toInt],
  0x5416: ['TIOCMBIS', int],
  0x5417: ['TIOCMBIC', int],
  0x5418: ['TIOCMSET', int],
  0x5419: ['TIOCGSOFTCAR', toInt],
  0x541a: ['TIOCSSOFTCAR', int],
  0x541b: ['FIONREAD', toInt],
  0x541d: ['TIOCCONS', 'int'],
  0x5420: ['TIOCPKT', int],
  0x5421: ['FIONBIO', int],
  0x5422: ['TIOCNOTTY', 'int'],
  0x5423: ['TIOCSETD', int],
  0x5424: ['TIOCGETD', toInt],
  0x5425: ['TCSBRKP', 'int'],
  0x5427: ['TIOCSBRK', 'int'],
  0x5428: ['TIOCCBRK', 'int'],
  0x5429: ['TIOCGSID', toInt],
  0x802c542a: ['TCGETS2', { out: TERMIOS2 }],
  0x402c542b: ['TCSETS2', { in: TERMIOS2 }],
  0x402c542c: ['TCSETSW2', { in: TERMIOS2 }],
  0x402c542d: ['TCSETSF2', { in: TERMIOS2 }],
  0x80045430: ['TIOCGPTN', toInt],
  0x40045431: ['TIOCSPTLCK', int],
  0x80045432: ['TIOCGDEV', toInt],
  0x40045436: ['TIOCSIG', 'int'],
  0x5437: ['TIOCVHANGUP', 'int'],
  0x80045438: ['TIOCGPKT', toInt],
  0x80045439: ['TIOCGPTLCK', toInt],
  0x80045440: ['TIOCGEXCL', toInt],
  0x5441: ['TIOCGPTPEER', 'newFd'],
  0x545d: ['TIOCGICOUNT', { out: 80 }],
  // Every descriptor.
  0x5450: ['FIONCLEX', 'clearCloexec'],
  0x5451: ['FIOCLEX', 'setCloexec'],
  0x5452: ['FIOASYNC', int],
  0x5460: ['FIOQSIZE', toLong],
  // Files.
  0x1: ['FIBMAP', { inout: 4 }],
  0x2: ['FIGETBSZ', toInt],
  0x40049409: ['FICLONE', 'fd'],
  0x4020940d: ['FICLONERANGE', 'cloneRange'],
  0xc020660b: ['FS_IOC_FIEMAP', 'fiemap'],
  0x80086601: ['FS_IOC_GETFLAGS', { out: 4 }],
  0x40086602: ['FS_IOC_SETFLAGS', { in: 4 }],
  0x80087601: ['FS_IOC_GETVERSION', { out: 4 }],
  0x40087602: ['FS_IOC_SETVERSION', { in: 4 }],
  0x801c581f: ['FS_IOC_FSGETXATTR', { out: 28 }],
  0x401c5820: ['FS_IOC_FSSETXATTR', { in: 28 }],
  0xc0185879: ['FITRIM', { inout: 24 }],
  // Block devices.
  0x125d: ['BLKROSET', int],
  0x125e: ['BLKROGET', toInt],
  0x125f: ['BLKRRPART', 'int'],
  0x1260: ['BLKGETSIZE', toLong],
  0x1261: ['BLKFLSBUF', 'int'],
  0x1262: ['BLKRASET', 'int'],
  0x1263: ['BLKRAGET', toLong],
  0x1268: ['BLKSSZGET', toInt],
  0x1278: ['BLKIOMIN', toInt],
  0x1279: ['BLKIOOPT', toInt],
  0x127a: ['BLKALIGNOFF', toInt],
  0x127b: ['BLKPBSZGET', toInt],
  0x1277: ['BLKDISCARD', { in: 16 }],
  0x127f: ['BLKZEROOUT', { in: 16 }],
  0x80081270: ['BLKBSZGET', toInt],
  0x40081271: ['BLKBSZSET', int],
  0x80081272: ['BLKGETSIZE64', toLong],
  // Sockets.
  0x8901: ['FIOSETOWN', int],
  0x8902: ['SIOCSPGRP', int],
  0x8903: ['FIOGETOWN', toInt],
  0x8904: ['SIOCGPGRP', toInt],
  0x8905: ['SIOCATMARK', toInt],
  0x8906: ['SIOCGSTAMP', { out: 16 }],
  0x8907: ['SIOCGSTAMPNS', { out: 16 }],
  0x894b: ['SIOCOUTQNSD', toInt],
  0x8910: ['SIOCGIFNAME', ifreq],
  0x8912: ['SIOCGIFCONF', 'ifconf'],
  0x8913: ['SIOCGIFFLAGS', ifreq],
  0x8914: ['SIOCSIFFLAGS', setIfreq],
  0x8915: ['SIOCGIFADDR', ifreq],
  0x8916: ['SIOCSIFADDR', setIfreq],
  0x8917: ['SIOCGIFDSTADDR', ifreq],
  0x8918: ['SIOCSIFDSTADDR', setIfreq],
  0x8919: ['SIOCGIFBRDADDR', ifreq],
  0x891a: ['SIOCSIFBRDADDR', setIfreq],
  0x891b: ['SIOCGIFNETMASK', ifreq],
  0x891c: ['SIOCSIFNETMASK', setIfreq],
  0x891d: ['SIOCGIFMETRIC', ifreq],
  0x891e: ['SIOCSIFMETRIC', setIfreq],
  0x8921: ['SIOCGIFMTU', ifreq],
  0x8922: ['SIOCSIFMTU', setIfreq],
  0x8927: ['SIOCGIFHWADDR', ifreq],
  0x8924: ['SIOCSIFHWADDR', setIfreq],
  0x8931: ['SIOCADDMULTI', setIfreq],
  0x8932: ['SIOCDELMULTI', setIfreq],
  0x8933: ['SIOCGIFINDEX', ifreq],
  0x8942: ['SIOCGIFTXQLEN', ifreq],
  0x8943: ['SIOCSIFTXQLEN', setIfreq],
  0x8953: ['SIOCDARP', { in: ARPREQ }],
  0x8954: ['SIOCGARP', { inout: ARPREQ }],
  0x8955: ['SIOCSARP', { in: ARPREQ }],
  0x400454ca: ['TUNSETIFF', { inout: IFREQ }],
  0x400454cb: ['TUNSETPERSIST', 'int'],
  0x800454cf: ['TUNGETFEATURES', toInt],
  0x800454d2: ['TUNGETIFF', { out: IFREQ }],
  // Random numbers, namespaces, performance of clocks.
  0x80045200: ['RNDGETENTCNT', toInt],
  0x40045201: ['RNDADDTOENTCNT', int],
  0x5204: ['RNDZAPENTCNT', 'int'],
  0x5206: ['RNDCLEARPOOL', 'int'],
  0xb701: ['NS_GET_USERNS', 'newFd'],
  0xb702: ['NS_GET_PARENT', 'newFd'],
  0xb703: ['NS_GET_NSTYPE', 'int'],
  0xb704: ['NS_GET_OWNER_UID', toInt],
  // timerfd, epoll.
  0x40085400: ['TFD_IOC_SET_TICKS', long],
};
