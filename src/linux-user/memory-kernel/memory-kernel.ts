import {
  EACCES,
  EBADF,
  EEXIST,
  EFAULT,
  EFBIG,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOTDIR,
  ENOTTY,
  ERANGE,
  ESPIPE,
} from '../errno.ts';
import { STRUCTURES } from '../abi/structures.ts';
import { type DirectoryNode, type FileTree, type Place, resizeFile, type TreeNode, writeFile } from './file-tree.ts';
import type { KernelArguments, KernelCall } from './memory-thread.ts';
import { ProgramEnded } from './program-ended.ts';
import type { LinuxCall } from '../../host/linux-calls.ts';

/** The program's side of a stream. */
export interface MemoryStream {
  /** At most `length` bytes; none at the end. */
  read?(length: number): Uint8Array;
  write?(bytes: Uint8Array): void;
}

export interface KernelSite {
  readonly files: FileTree;
  /** Descriptors 0, 1, 2. */
  readonly streams: readonly MemoryStream[];
  /** Seconds since 1970, and since anything. */
  readonly wall: () => number;
  readonly monotonic: () => number;
  readonly random: (into: Uint8Array<ArrayBuffer>) => void;
}

interface OpenFile {
  readonly node: TreeNode | MemoryStream;
  position: number;
  readonly flags: number;
}

const AT_FDCWD = -100;
const AT_REMOVEDIR = 0x200;
const AT_SYMLINK_NOFOLLOW = 0x100;
const [O_WRONLY, O_RDWR, O_CREAT, O_EXCL, O_TRUNC, O_APPEND] = [1, 2, 0o100, 0o200, 0o1000, 0o2000];
const { O_DIRECTORY, O_NOFOLLOW } = STRUCTURES.aarch64.openFlags;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFLNK = 0o120000;
const S_IFCHR = 0o020000;
const [DT_CHR, DT_DIR, DT_REG, DT_LNK] = [2, 4, 8, 10];
const PID = 1;
const NANOSECONDS = 1e9;

const isNode = (node: TreeNode | MemoryStream): node is TreeNode => 'kind' in node;

/** A small Linux: files in memory, three streams, clocks. Enough for a program that computes and reads and writes files. */
export class MemoryKernel {
  readonly #site: KernelSite;
  readonly #open = new Map<number, OpenFile>();
  #directory: DirectoryNode;
  #nextFd = 3;

  constructor(site: KernelSite) {
    this.#site = site;
    this.#directory = site.files.root;
    site.streams.forEach((node, fd) => this.#open.set(fd, { node, position: 0, flags: O_RDWR }));
  }

  /** Reads a file at a position, for mappings. */
  readAt(fd: number, position: number, into: Uint8Array): number {
    const file = this.#open.get(fd);
    if (file === undefined || !isNode(file.node) || file.node.kind !== 'file') return -EBADF;
    const { bytes, size } = file.node;
    const part = bytes.subarray(Math.min(position, size), Math.min(position + into.length, size));
    into.set(part);
    return part.length;
  }

  #start(args: KernelArguments, index: number): DirectoryNode | number {
    const fd = args.int(index);
    if (fd === AT_FDCWD) return this.#directory;
    const node = this.#open.get(fd)?.node;
    if (node === undefined) return -EBADF;
    return isNode(node) && node.kind === 'directory' ? node : -ENOTDIR;
  }

  /** The place of a path whose directory's descriptor is the argument before it. */
  #place(args: KernelArguments, index: number, follows = true): Place | number {
    const path = args.path(index);
    if (path === undefined) return -EFAULT;
    if (path === '') return -ENOENT;
    const from = path.startsWith('/') ? this.#site.files.root : this.#start(args, index - 1);
    return typeof from === 'number' ? from : this.#site.files.find(from, path, follows);
  }

  #openat(args: KernelArguments): number {
    const flags = args.int(2);
    const place = this.#place(args, 1, (flags & O_NOFOLLOW) === 0);
    if (typeof place === 'number') return place;
    let { node } = place;
    if (node !== undefined && (flags & O_CREAT) !== 0 && (flags & O_EXCL) !== 0) return -EEXIST;
    if (node === undefined) {
      if ((flags & O_CREAT) === 0) return -ENOENT;
      node = this.#site.files.makeFile(place, args.int(3) & 0o777);
    }
    const writes = (flags & 3) !== 0;
    if (node.kind === 'directory' && writes) return -EISDIR;
    if (node.kind !== 'directory' && (flags & O_DIRECTORY) !== 0) return -ENOTDIR;
    if (node.kind === 'link') return -EACCES;
    if (node.kind === 'file' && writes && (flags & O_TRUNC) !== 0) resizeFile(node, 0);
    const fd = this.#nextFd++;
    this.#open.set(fd, { node, position: 0, flags });
    return fd;
  }

  #read(file: OpenFile, into: Uint8Array, at: number): number {
    const { node } = file;
    if ((file.flags & 3) === O_WRONLY) return -EBADF;
    if (!isNode(node)) {
      if (node.read === undefined) return -EBADF;
      const bytes = node.read(into.length);
      into.set(bytes);
      return bytes.length;
    }
    if (node.kind !== 'file') return -EISDIR;
    const part = node.bytes.subarray(Math.min(at, node.size), Math.min(at + into.length, node.size));
    into.set(part);
    return part.length;
  }

  #write(file: OpenFile, bytes: Uint8Array, at: number): number {
    const { node } = file;
    if ((file.flags & 3) === 0) return -EBADF;
    if (!isNode(node)) {
      if (node.write === undefined) return -EBADF;
      node.write(bytes.slice());
      return bytes.length;
    }
    if (node.kind !== 'file') return -EBADF;
    if (!writeFile(node, at, bytes)) return -EFBIG;
    node.modified = this.#site.wall();
    return bytes.length;
  }

  /** Moves `bytes` where the file is, which goes on. */
  #transfer(fd: number, bytes: Uint8Array, isWrite: boolean, position = -1): number {
    const file = this.#open.get(fd);
    if (file === undefined) return -EBADF;
    const isAppending = isWrite && (file.flags & O_APPEND) !== 0 && isNode(file.node) && file.node.kind === 'file';
    const at = position >= 0 ? position : isAppending ? (file.node as { size: number }).size : file.position;
    const count = isWrite ? this.#write(file, bytes, at) : this.#read(file, bytes, at);
    if (count > 0 && position < 0) file.position = at + count;
    return count;
  }

  #simple(isWrite: boolean, hasPosition: boolean): KernelCall {
    return (args) => {
      const bytes = args.bytes(1, args.long(2));
      if (bytes === undefined) return -EFAULT;
      const position = hasPosition ? args.long(3) : -1;
      if (hasPosition && position < 0) return -EINVAL;
      return this.#transfer(args.int(0), bytes, isWrite, position);
    };
  }

  #vector(isWrite: boolean): KernelCall {
    return (args) => {
      const count = args.int(2);
      const vector = args.bytes(1, 16 * count);
      if (vector === undefined) return -EFAULT;
      const words = new DataView(vector.buffer, vector.byteOffset, vector.length);
      let total = 0;
      for (let i = 0; i < count; i++) {
        const word = (at: number): number => words.getUint32(16 * i + at, true);
        const bytes = args.bytesAt(word(0), word(4), word(8));
        if (bytes === undefined) return total > 0 ? total : -EFAULT;
        const done = this.#transfer(args.int(0), bytes, isWrite);
        if (done < 0) return total > 0 ? total : done;
        total += done;
        if (done < bytes.length) break;
      }
      return total;
    };
  }

  #lseek(args: KernelArguments): number {
    const file = this.#open.get(args.int(0));
    if (file === undefined) return -EBADF;
    if (!isNode(file.node)) return -ESPIPE;
    const size = file.node.kind === 'file' ? file.node.size : 0;
    const from = [0, file.position, size][args.int(2)];
    if (from === undefined) return -EINVAL;
    const position = from + args.long(1);
    if (position < 0) return -EINVAL;
    file.position = position;
    return position;
  }

  #stat(node: TreeNode | MemoryStream, bytes: Uint8Array | undefined): number {
    if (bytes === undefined) return -EFAULT;
    const { fields } = STRUCTURES.aarch64.stat;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    bytes.fill(0);
    const put = (name: string, value: number): void => view.setUint32(fields[name]!.offset, value, true);
    put('st_blksize', 4096);
    put('st_nlink', 1);
    if (!isNode(node)) {
      put('st_mode', S_IFCHR | 0o620);
      return 0;
    }
    put('st_ino', node.number);
    put('st_mode', node.mode | { file: S_IFREG, directory: S_IFDIR, link: S_IFLNK }[node.kind]);
    const size = node.kind === 'file' ? node.size : node.kind === 'link' ? node.target.length : 4096;
    put('st_size', size);
    put('st_blocks', Math.ceil(size / 512));
    for (const name of ['st_atime', 'st_mtime', 'st_ctime']) put(name, Math.floor(node.modified));
    return 0;
  }

  #newfstatat(args: KernelArguments): number {
    const size = STRUCTURES.aarch64.stat.size;
    if (args.path(1) === '') {
      const file = this.#open.get(args.int(0));
      return file === undefined ? -EBADF : this.#stat(file.node, args.bytes(2, size));
    }
    const place = this.#place(args, 1, (args.int(3) & AT_SYMLINK_NOFOLLOW) === 0);
    if (typeof place === 'number') return place;
    return place.node === undefined ? -ENOENT : this.#stat(place.node, args.bytes(2, size));
  }

  /** linux_dirent64: number, position of the next, length, kind, name. */
  #getdents(args: KernelArguments): number {
    const file = this.#open.get(args.int(0));
    const room = args.bytes(1, args.int(2) >>> 0);
    if (file === undefined) return -EBADF;
    if (room === undefined) return -EFAULT;
    if (!isNode(file.node) || file.node.kind !== 'directory') return -ENOTDIR;
    const { node } = file;
    const entries: [string, TreeNode][] = [['.', node], ['..', node.parent], ...node.entries];
    const view = new DataView(room.buffer, room.byteOffset, room.length);
    let at = 0;
    for (; file.position < entries.length; file.position++) {
      const [name, entry] = entries[file.position]!;
      const length = Math.ceil((19 + name.length + 1) / 8) * 8;
      if (at + length > room.length) return at === 0 ? -EINVAL : at;
      view.setBigUint64(at, BigInt(entry.number), true);
      view.setBigUint64(at + 8, BigInt(file.position + 1), true);
      view.setUint16(at + 16, length, true);
      view.setUint8(at + 18, { file: DT_REG, directory: DT_DIR, link: DT_LNK }[entry.kind] ?? DT_CHR);
      for (let i = 0; i <= name.length; i++) view.setUint8(at + 19 + i, i < name.length ? name.charCodeAt(i) : 0);
      at += length;
    }
    return at;
  }

  #time(args: KernelArguments): number {
    const bytes = args.bytes(1, 16);
    if (bytes === undefined) return -EFAULT;
    const seconds = args.int(0) === 0 ? this.#site.wall() : this.#site.monotonic();
    const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
    view.setBigInt64(0, BigInt(Math.floor(seconds)), true);
    view.setBigInt64(8, BigInt(Math.floor((seconds % 1) * NANOSECONDS)), true);
    return 0;
  }

  #uname(args: KernelArguments): number {
    const NAME = 65;
    const bytes = args.bytes(0, 6 * NAME);
    if (bytes === undefined) return -EFAULT;
    bytes.fill(0);
    ['Linux', 'tinamou', '6.1.0', '#1', 'riscv64', '(none)'].forEach((name, i) => {
      for (let k = 0; k < name.length; k++) bytes[i * NAME + k] = name.charCodeAt(k);
    });
    return 0;
  }

  #text(args: KernelArguments, index: number, room: number, text: string): number {
    const bytes = args.bytes(index, Math.min(room, text.length));
    if (bytes === undefined) return -EFAULT;
    for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
    return bytes.length;
  }

  #onPlace(index: number, act: (place: Place, args: KernelArguments) => number, follows = false): KernelCall {
    return (args) => {
      const place = this.#place(args, index, follows);
      return typeof place === 'number' ? place : act(place, args);
    };
  }

  /** The calls that there are, for a MemoryThread. */
  get calls(): Readonly<Partial<Record<LinuxCall, KernelCall>>> {
    const { files, random } = this.#site;
    const access = this.#onPlace(1, ({ node }) => (node === undefined ? -ENOENT : 0), true);
    const nothing: KernelCall = () => 0;
    return {
      openat: (args) => this.#openat(args),
      close: (args) => (this.#open.delete(args.int(0)) ? 0 : -EBADF),
      read: this.#simple(false, false),
      write: this.#simple(true, false),
      pread64: this.#simple(false, true),
      pwrite64: this.#simple(true, true),
      readv: this.#vector(false),
      writev: this.#vector(true),
      lseek: (args) => this.#lseek(args),
      newfstatat: (args) => this.#newfstatat(args),
      fstat: (args) => {
        const file = this.#open.get(args.int(0));
        return file === undefined ? -EBADF : this.#stat(file.node, args.bytes(1, STRUCTURES.aarch64.stat.size));
      },
      faccessat: access,
      faccessat2: access,
      getdents64: (args) => this.#getdents(args),
      readlinkat: this.#onPlace(1, ({ node }, args) => {
        if (node?.kind !== 'link') return node === undefined ? -ENOENT : -EINVAL;
        return this.#text(args, 2, args.int(3), node.target);
      }),
      mkdirat: this.#onPlace(1, (place, args) => files.makeDirectory(place, args.int(2) & 0o777)),
      unlinkat: this.#onPlace(1, (place, args) => files.remove(place, (args.int(2) & AT_REMOVEDIR) !== 0)),
      symlinkat: (args) => {
        const target = args.path(0);
        const place = this.#place(args, 2, false);
        if (target === undefined) return -EFAULT;
        return typeof place === 'number' ? place : files.makeLink(place, target);
      },
      renameat2: this.#onPlace(1, (from, args) => {
        const to = this.#place(args, 3, false);
        return typeof to === 'number' ? to : files.rename(from, to);
      }),
      ftruncate: (args) => {
        const node = this.#open.get(args.int(0))?.node;
        if (node === undefined || !isNode(node) || node.kind !== 'file') return -EBADF;
        const size = args.long(1);
        if (size < 0) return -EINVAL;
        if (size > 2 ** 30) return -EFBIG;
        resizeFile(node, size);
        return 0;
      },
      fchmodat: this.#onPlace(
        1,
        ({ node }, args) => {
          if (node === undefined) return -ENOENT;
          node.mode = args.int(2) & 0o7777;
          return 0;
        },
        true,
      ),
      fcntl: (args) => {
        const F_GETFL = 3;
        const file = this.#open.get(args.int(0));
        if (file === undefined) return -EBADF;
        return args.int(1) === F_GETFL ? file.flags & ~(O_CREAT | O_EXCL | O_TRUNC) : -EINVAL;
      },
      fsync: nothing,
      fdatasync: nothing,
      ioctl: () => -ENOTTY,
      getcwd: (args) => {
        const path = `${files.pathOf(this.#directory)}\0`;
        return path.length > args.long(1) ? -ERANGE : this.#text(args, 0, path.length, path);
      },
      chdir: (args) => {
        const path = args.path(0);
        const place = path === undefined ? -EFAULT : files.find(this.#directory, path);
        if (typeof place === 'number') return place;
        if (place.node?.kind !== 'directory') return place.node === undefined ? -ENOENT : -ENOTDIR;
        this.#directory = place.node;
        return 0;
      },
      uname: (args) => this.#uname(args),
      clock_gettime: (args) => this.#time(args),
      getrandom: (args) => {
        const bytes = args.bytes(0, args.long(1));
        if (bytes === undefined) return -EFAULT;
        const own = new Uint8Array(bytes.length);
        random(own);
        bytes.set(own);
        return own.length;
      },
      getpid: () => PID,
      gettid: () => PID,
      getppid: nothing,
      getuid: nothing,
      geteuid: nothing,
      getgid: nothing,
      getegid: nothing,
      rt_sigprocmask: nothing,
      rt_sigaction: nothing,
      sched_yield: nothing,
      madvise: nothing,
      exit_group: (args) => {
        throw new ProgramEnded({ status: args.int(0) & 0xff });
      },
    };
  }
}
