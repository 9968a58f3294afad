/** The module of a worker that runs one program with files in memory. */
import { parentPort, workerData } from 'node:worker_threads';
import { FileTree } from '../linux-user/memory-kernel/file-tree.ts';
import { runInMemory } from '../linux-user/memory-kernel/run-in-memory.ts';
import type { MemoryProgramEnd } from '../linux-user/memory-kernel/program-ended.ts';

export interface MemoryProgramData {
  readonly path: string;
  readonly argv: readonly string[];
  readonly envp: readonly string[];
  readonly stdin: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export type MemoryProgramMessage =
  | { readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly end: MemoryProgramEnd; readonly files: ReadonlyMap<string, Uint8Array> };

const { path, argv, envp, stdin, files } = workerData as MemoryProgramData;
const tell = (message: MemoryProgramMessage): void => parentPort!.postMessage(message);
const wall = (): number => Date.now() / 1000;
const tree = new FileTree(wall);
for (const [name, bytes] of files) tree.put(name, bytes);
let position = 0;
const end = runInMemory({
  files: tree,
  path,
  argv,
  envp,
  streams: [
    { read: (length) => stdin.subarray(position, (position = Math.min(stdin.length, position + length))) },
    { write: (bytes) => tell({ fd: 1, bytes }) },
    { write: (bytes) => tell({ fd: 2, bytes }) },
  ],
  wall,
  monotonic: () => performance.now() / 1000,
  random: (into) => void crypto.getRandomValues(into),
});
tell({ end, files: tree.files() });
