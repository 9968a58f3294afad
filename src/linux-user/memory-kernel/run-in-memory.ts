import { BugError } from '../../base/errors.ts';
import { ENOENT, ENOEXEC, ENOSYS } from '../errno.ts';
import { riscv64 } from '../abi/riscv64.ts';
import { isElf } from '../program/elf.ts';
import { startProgram, type OpenProgram } from '../program/start.ts';
import { GuestProcess } from '../process.ts';
import { GuestThread } from '../thread.ts';
import type { FileTree } from './file-tree.ts';
import { MemoryBacking } from './memory-backing.ts';
import { MemoryKernel, type KernelSite } from './memory-kernel.ts';
import { MemorySignals } from './memory-signals.ts';
import { MemoryThread } from './memory-thread.ts';
import { type MemoryProgramEnd, ProgramEnded } from './program-ended.ts';

/** What there is without an operating system is small; so is the window. */
const WINDOW = 256 << 20;
const [NOT_FOUND, NOT_RUNNABLE] = [127, 126];

export interface MemoryProgram extends KernelSite {
  /** Path of the program among the files; it is linked statically. */
  readonly path: string;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
}

/** Runs a program on the calling thread, with files in memory, to its end. One thread, no other processes. */
export function runInMemory(program: MemoryProgram): MemoryProgramEnd {
  const kernel = new MemoryKernel(program);
  const file = openFile(program.files, program.path);
  if (typeof file === 'number') return { status: file === -ENOENT ? NOT_FOUND : NOT_RUNNABLE };
  let host: MemoryThread | undefined;
  const guest = new GuestProcess(
    { abi: riscv64(), windowSize: WINDOW, prefix: undefined },
    {
      makeBacking: (memory, base) => {
        host = new MemoryThread(memory, kernel.calls);
        return new MemoryBacking(memory, base, (fd, position, into) =>
          fd === PROGRAM_FD ? readInto(file, position, into) : kernel.readAt(fd, position, into),
        );
      },
      // More threads need workers, and a kernel that they share.
      spawn: undefined,
    },
  );
  for (const fd of program.streams.keys()) guest.descriptors.replace(fd, fd, false);
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const random = new Uint8Array(16);
  program.random(random);
  const started = startProgram(guest, {
    file,
    argv: program.argv.map(bytes),
    envp: program.envp.map(bytes),
    path: bytes(program.path),
    random,
    ids: { uid: 0, euid: 0, gid: 0, egid: 0 },
  });
  if (typeof started === 'number') return { status: NOT_RUNNABLE };
  const thread = new GuestThread(guest, 0, host!, new MemorySignals(), { fork: () => -ENOSYS });
  const none = { low: 0, high: 0 };
  thread.signals.begin({ mask: none, ignored: none });
  guest.threads.begin(0, 1);
  thread.cpu.begin(started.pc, started.stack.pointer);
  try {
    thread.run();
    throw new BugError('the only thread has ended, and the program has not');
  } catch (error) {
    if (error instanceof ProgramEnded) return error.end;
    throw error;
  }
}

/** No descriptor of the kernel's: that of the program's own file. */
const PROGRAM_FD = -2;

function openFile(files: FileTree, path: string): OpenProgram | number {
  const place = files.find(files.root, path);
  const node = typeof place === 'number' ? undefined : place.node;
  if (node === undefined) return -ENOENT;
  if (node.kind !== 'file' || !isElf(node.bytes)) return -ENOEXEC;
  return {
    fd: PROGRAM_FD,
    name: path,
    size: node.size,
    read: (offset, length) => node.bytes.subarray(0, node.size).slice(offset, offset + length),
    openInterpreter: () => -ENOENT,
    close() {},
  };
}

function readInto(file: OpenProgram, position: number, into: Uint8Array): number {
  const bytes = file.read(position, into.length);
  into.set(bytes);
  return bytes.length;
}
