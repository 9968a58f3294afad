/**
 * Random access to a file. Failures other than the user's are `Error`s with the host's `code`
 * (ENOSPC, EIO). Buffers may be views of shared memory.
 */
export interface File extends AsyncDisposable {
  readonly path: string;
  readonly readOnly: boolean;
  size(): Promise<number>;
  /** Bytes that the file takes on the host's disk. */
  allocated(): Promise<number>;
  /** Fills the buffers in turn from byte `offset` on. Fewer bytes than asked for: the file ended. */
  read(offset: number, ...into: Uint8Array[]): Promise<number>;
  /** Writes all of the buffers in turn, growing the file where needed. */
  write(offset: number, ...from: Uint8Array[]): Promise<void>;
  /** Every write that had completed before the call survives a power loss once this resolves. */
  flush(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/** Writes that go to the end: logs, pipes, devices. */
export interface AppendFile {
  readonly path: string;
  /** `bytes` is borrowed until this resolves. */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Failures to open are `UserError`s that name the file. */
export interface Files {
  /** `create` makes the file if there is none and keeps what is there. */
  open(path: string, mode: 'read' | 'write' | 'create'): Promise<File>;
  /** `truncate` drops what was in the file. */
  append(path: string, options: { truncate: boolean }): Promise<AppendFile>;
  /** A file without a name, gone once it is closed or the process ends. */
  temporary(): Promise<File>;
  /** The whole of a file. */
  readAll(path: string): Promise<Uint8Array>;
  /** Paths of the files that begin with `prefix`, a path of which the last part is the beginning of a name. */
  list(prefix: string): Promise<readonly string[]>;
  /** In the place of what is at `to`, if there is something. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
}
