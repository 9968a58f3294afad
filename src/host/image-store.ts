import type { CompiledModules } from './compiled-modules.ts';

/** Where files can be mapped. */
export interface FileRoom {
  /** All bytes of an open file, as they are now; undefined: they are to be read. */
  map(fd: number, length: number): Uint8Array | undefined;
}

/** Where bytes are kept that belong to files of programs. Whatever fails, there is nothing. */
export interface ImageStore {
  /** Path of the program that all this runs in, for what belongs to no other. */
  readonly host: string;
  /** Whether anything is kept of the program with a path under a name. */
  has(program: string, name: string): boolean;
  /** What was kept of it; it lies in `room`, if there is some. */
  read(program: string, name: string, room?: FileRoom): Uint8Array | undefined;
  write(program: string, name: string, bytes: Uint8Array<ArrayBuffer>): void;
  /** Undefined: code of the host's compiler cannot be kept. */
  readonly compiled: CompiledModules | undefined;
}

/** One where nothing is, and nothing stays. */
export const NO_IMAGES: ImageStore = {
  host: '',
  has: () => false,
  read: () => undefined,
  write() {},
  compiled: undefined,
};
