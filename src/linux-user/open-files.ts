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
    const file = host < 0 ? undefined : this.#look(caller, host);
    if (file === undefined) return -EBADF;
    if (file.kind === S_IFDIR || file.kind === S_IFIFO || file.kind === S_IFSOCK) return -ENODEV;
    // A device has no end.
    const available = file.kind === S_IFREG ? Math.max(0, file.size - position) : Infinity;
    return { fd: host, position, name: pathOf(caller, host), available };
  }

  /** The file of a descriptor of the host's may have another length now: mappings of it end elsewhere. */
  resized(caller: Caller, host: number): void {
    const file = this.#look(caller, host);
    if (file?.kind !== S_IFREG) return;
    const name = pathOf(caller, host);
    const { lock, space } = this.#process;
    lock.with(() => space.fileResized(name, file.size));
  }

  #look(caller: Caller, host: number): { readonly kind: number; readonly size: number } | undefined {
    const { scratch, host: native } = caller;
    const { stat } = STRUCTURES[native.processor];
    const at = scratch.allocate(stat.size);
    native.int(0, host);
    native.at(1, at);
    if (native.call(native.numbers.fstat) < 0) return undefined;
    const kind = readLow(scratch.view, at + stat.fields['st_mode']!.offset, 4) & S_IFMT;
    return { kind, size: scratch.u64(at + stat.fields['st_size']!.offset) };
  }
}
