import { EBADF, ENODEV } from './errno.ts';
import { STRUCTURES } from './abi/structures.ts';
import { readLow } from './abi/layout.ts';
import type { Caller } from './calls/caller.ts';
import type { MappedFile } from './memory/address-space.ts';
import { pathOf } from './proc/own-path.ts';
import type { GuestProcess } from './process.ts';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const S_IFIFO = 0o010000;
const S_IFSOCK = 0o140000;

/** What the host knows of the files that are open. */
export class OpenFiles {
  readonly #process: GuestProcess;

  constructor(process: GuestProcess) {
    this.#process = process;
  }

  /** A descriptor as something to map; or a negative errno. */
  toMap(caller: Caller, fd: number, position: number): MappedFile | number {
    const host = this.#process.descriptors.hostOf(fd);
    if (host < 0) return -EBADF;
    const { scratch, host: native } = caller;
    const { stat } = STRUCTURES[native.processor];
    const at = scratch.allocate(stat.size);
    native.int(0, host);
    native.at(1, at);
    if (native.call(native.numbers.fstat) < 0) return -EBADF;
    const kind = readLow(scratch.view, at + stat.fields['st_mode']!.offset, 4) & S_IFMT;
    if (kind === S_IFDIR || kind === S_IFIFO || kind === S_IFSOCK) return -ENODEV;
    const size = scratch.u64(at + stat.fields['st_size']!.offset);
    // A device has no end.
    const available = kind === S_IFREG ? Math.max(0, size - position) : Infinity;
    return { fd: host, position, name: pathOf(caller, host), available };
  }
}
