import { BugError } from '../../base/errors.ts';
import { SCRATCH_BYTES } from '../scratch.ts';
import { riscv64 } from '../abi/riscv64.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_PRIVATE } from '../memory/address-space.ts';
import { GuestProcess } from '../process.ts';
import { GuestThread } from '../thread.ts';
import { FileTree } from './file-tree.ts';
import { MemoryBacking } from './memory-backing.ts';
import { MemoryKernel } from './memory-kernel.ts';
import { MemorySignals } from './memory-signals.ts';
import { MemoryThread } from './memory-thread.ts';

const WINDOW = 16 << 20;
const ENOSYS = 38;

/** What is mapped of a program that a fuzzer lets make calls: where, how many bytes, PROT_*. */
export const FUZZED_PAGES = [
  [0x10_0000, 0x4000, 3],
  [0x20_0000, 0x1000, 1],
  [0x30_0000, 0x2000, 0],
] as const;

/** A program without a host, for fuzz targets. It is made once, since its memory is large. */
export class FuzzedProgram {
  static #one: FuzzedProgram | undefined;
  readonly process: GuestProcess;
  readonly thread: GuestThread;
  readonly host: MemoryThread;

  static get one(): FuzzedProgram {
    return (FuzzedProgram.#one ??= new FuzzedProgram());
  }

  private constructor() {
    const files = new FileTree(() => 0);
    files.put(
      '/file',
      Uint8Array.from({ length: 100 }, (_, i) => i),
    );
    const streams = [{ read: () => new Uint8Array() }, { write() {} }, { write() {} }];
    const random = (into: Uint8Array): void => void into.fill(7);
    const kernel = new MemoryKernel({ files, streams, wall: () => 0, monotonic: () => 0, random });
    let host: MemoryThread | undefined;
    this.process = new GuestProcess(
      { abi: riscv64(), windowSize: WINDOW, prefix: undefined },
      {
        makeBacking: (memory, base) => {
          host = new MemoryThread(memory, kernel.calls);
          return new MemoryBacking(memory, base, (fd, position, into) => kernel.readAt(fd, position, into));
        },
        spawn: undefined,
      },
    );
    this.host = host!;
    this.thread = new GuestThread(this.process, 0, this.host, new MemorySignals(), { fork: () => -ENOSYS });
    const { memory } = this.process;
    const { scratch } = this.thread.shared;
    this.host.onAccess = (at, length) => {
      const isOwn = at >= scratch && at + length <= scratch + SCRATCH_BYTES;
      const end = memory.base + WINDOW;
      if (!isOwn && (at < memory.base || at + length > end)) throw new BugError(`the kernel is let into ${at}`);
    };
    this.process.threads.begin(0, 1);
    this.thread.cpu.begin(FUZZED_PAGES[0][0], FUZZED_PAGES[0][0] + 0x2000);
  }

  /** Only FUZZED_PAGES are mapped, and hold zeroes; descriptors 0 to 2 are open. */
  reset(): void {
    const { process } = this;
    const { space, descriptors } = process;
    if (!space.pages.isFree(0, space.pages.count)) space.clear();
    for (const [at, length, prot] of FUZZED_PAGES) {
      space.map(at, length, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED);
    }
    for (const fd of descriptors.open()) descriptors.remove(fd);
    for (const fd of [0, 1, 2]) descriptors.replace(fd, fd, false);
  }
}
