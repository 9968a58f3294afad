/**
 * Runs a program that is one classic script, with the code that V8 has made of it in earlier processes: unlike Node's cache
 * of modules, that holds the functions that were compiled while it ran. tools/program-bundle.ts puts this module before
 * each such script.
 */
import {
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { Script } from 'node:vm';
import { engineFlags } from './engine-flags.ts';
import { KEEP_CODE, type KeepCode } from './kept-code.ts';

/** What is before V8's bytes: a hash of what follows, and at the ends of how many runs they were taken. */
const HEAD = { HASH: 0, RUNS: 8, BYTES: 16 } as const;
/** Code is taken again at the ends of so many runs, each of which adds what it compiled: the first may have been a trifle. */
const MOST_RUNS = 4;
/** Most files; those that were written first go. */
const MOST_FILES = 16;

interface Kept {
  readonly code: Buffer;
  readonly runs: number;
}

type Requires = (id: string) => unknown;

/** `file`: named after its content. */
export function runKeptScript(file: string): void {
  const modules = new Map<string, object>();
  const run = (path: string, kept: Kept | undefined): object => {
    const exports = {};
    modules.set(path, exports);
    // Nothing but ASCII is in it.
    const source = `(function (require, __filename, exports) {${readFileSync(path, 'latin1')}\n})`;
    const script = new Script(source, { filename: path, cachedData: kept?.code });
    if (path === file) offerToKeep(file, script, script.cachedDataRejected === true ? undefined : kept);
    const requires: Requires = (id) => {
      if (!id.startsWith('.')) return process.getBuiltinModule(id);
      const other = resolve(dirname(path), id);
      return modules.get(other) ?? run(other, undefined);
    };
    (script.runInThisContext() as (requires: Requires, path: string, exports: object) => void)(requires, path, exports);
    return exports;
  };
  run(file, readKept(file));
}

/** Lets the script have its code kept: see keepCode. */
function offerToKeep(file: string, script: Script, kept: Kept | undefined): void {
  const { pid } = process;
  const before = kept?.runs ?? 0;
  let runs = kept?.runs;
  (globalThis as { [KEEP_CODE]?: KeepCode })[KEEP_CODE] = (hasRun) => {
    const wanted = hasRun ? Math.min(before + 1, MOST_RUNS) : 0;
    if (runs !== undefined && runs >= wanted) return;
    // The child of a fork, which leaves that to its parent.
    if (process.pid !== pid) return;
    runs = wanted;
    writeKept(file, { code: script.createCachedData(), runs });
  };
}

/** Where code of a file is kept; undefined: nowhere. V8 refuses what was made with other flags. */
function placeOf(file: string): string | undefined {
  const { NODE_COMPILE_CACHE: folder } = process.env;
  if (!folder) return undefined;
  const { arch, version } = process;
  const maker = Buffer.from(`${version} ${arch} ${engineFlags()}`);
  return `${folder}/scripts/${basename(file)}-${hashOf(maker).toString(16)}`;
}

function readKept(file: string): Kept | undefined {
  try {
    const place = placeOf(file);
    if (place === undefined) return undefined;
    const { uid, mode } = statSync(dirname(place));
    // Who can write there can have us execute anything.
    if (uid !== process.geteuid!() || (mode & 0o022) !== 0) return undefined;
    const bytes = readFileSync(place);
    const isWhole = bytes.length > HEAD.BYTES && bytes.readBigUInt64LE(HEAD.HASH) === hashOf(bytes.subarray(HEAD.RUNS));
    return isWhole ? { code: bytes.subarray(HEAD.BYTES), runs: bytes[HEAD.RUNS]! } : undefined;
  } catch {
    // There is none, or no way to tell whether it is damaged.
    return undefined;
  }
}

function writeKept(file: string, { code, runs }: Kept): void {
  try {
    const place = placeOf(file);
    if (place === undefined) return;
    const bytes = Buffer.concat([Buffer.alloc(HEAD.BYTES), code]);
    bytes[HEAD.RUNS] = runs;
    bytes.writeBigUInt64LE(hashOf(bytes.subarray(HEAD.RUNS)), HEAD.HASH);
    const folder = dirname(place);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const temporary = `${folder}/.${process.pid}-${process.hrtime.bigint()}`;
    writeWhole(temporary, bytes);
    renameSync(temporary, place);
    makeRoom(folder);
  } catch {
    // It cannot be kept.
  }
}

function writeWhole(path: string, bytes: Buffer): void {
  const fd = openSync(path, 'wx', 0o600);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  } finally {
    closeSync(fd);
  }
}

function makeRoom(folder: string): void {
  const files = readdirSync(folder).map((name) => ({
    path: `${folder}/${name}`,
    time: statSync(`${folder}/${name}`).mtimeMs,
  }));
  for (const { path } of files.toSorted((a, b) => b.time - a.time).slice(MOST_FILES)) unlinkSync(path);
}

let hash: ((bytes: Uint8Array) => bigint) | undefined;

/** XXH64, which Node has for zstd: V8 does not look whether bytes are damaged, and dies of it. */
function hashOf(bytes: Uint8Array): bigint {
  hash ??= openHash();
  return hash(bytes);
}

function openHash(): (bytes: Uint8Array) => bigint {
  const signature = { arguments: ['buffer', 'uint64', 'uint64'], return: 'uint64' } as const;
  const { ZSTD_XXH64 } = process.getBuiltinModule('node:ffi').dlopen(null, { ZSTD_XXH64: signature }).functions;
  return (bytes) => ZSTD_XXH64(bytes, BigInt(bytes.length), 0n);
}
