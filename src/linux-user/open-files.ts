import { EACCES, EBADF, ENODEV } from './errno.ts';
import type { Caller } from './calls/caller.ts';
import type { MappedFile } from './memory/address-space.ts';
import type { GuestProcess } from './process.ts';

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
    const SEEK_CUR = 1;
    const SEEK_END = 2;
    // TODO fstat
    void caller;
    void SEEK_CUR;
    void SEEK_END;
    void EACCES;
    void ENODEV;
    return { fd: host, position, name: this.nameOf(host), available: Infinity };
  }

  nameOf: (host: number) => string = () => '';
}
