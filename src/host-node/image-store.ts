import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FileRoom, ImageStore } from '../host/image-store.ts';
import { engineFlags } from './engine-flags.ts';
import { compiledModules } from './compiled/compiled-modules.ts';

/** Bytes of a file before what is kept: a checksum of the rest. */
const HEADER = 8;
/** Most bytes of all images; the oldest go. */
const ROOM = 512 << 20;

/** Says where translations are kept, or `none`. */
const VARIABLE = 'TINAMOU_PROGRAMS';

/** The directory for what is kept, if there is one that nobody else can write to. */
function folderOf({ XDG_CACHE_HOME, HOME, ...variables }: NodeJS.ProcessEnv): string | undefined {
  const wanted = variables[VARIABLE];
  if (wanted === 'none') return undefined;
  const cache = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  const folder = wanted || (cache && join(cache, 'tinamou', 'programs'));
  if (!folder) return undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // What is in it is executed.
    const { uid, mode } = statSync(folder);
    return uid === process.geteuid!() && (mode & 0o022) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Where translations of programs are kept: TINAMOU_PROGRAMS, or a part of the user's cache directory; undefined if there
 * is none. `maker`: what tells those that made them from others.
 */
export function imageStore(maker: string): ImageStore | undefined {
  const folder = folderOf(process.env);
  if (folder === undefined) return undefined;
  const fileOf = (program: string, name: string): string => {
    const { size, mtimeNs } = statSync(program, { bigint: true });
    const { versions, arch } = process;
    // What the engine made on another kind of processor it refuses.
    const engine = compiledModules()?.engineTag;
    const key = [maker, versions.v8, arch, engine, engineFlags(), program, size, mtimeNs, name];
    return join(folder, Buffer.from(checksum(new TextEncoder().encode(key.join('\0')))).toString('hex'));
  };
  return {
    host: process.execPath,
    get compiled() {
      return compiledModules();
    },
    has(program, name) {
      try {
        return existsSync(fileOf(program, name));
      } catch {
        return false;
      }
    },
    read(program, name, room) {
      try {
        const bytes = bytesOf(fileOf(program, name), room);
        if (bytes.length < HEADER) return undefined;
        const body = bytes.subarray(HEADER);
        return checksum(body).every((byte, i) => byte === bytes[i]) ? body : undefined;
      } catch {
        return undefined;
      }
    },
    write(program, name, body) {
      const temporary = join(folder, `.${process.pid}-${process.hrtime.bigint()}`);
      try {
        writeFileSync(temporary, Buffer.concat([checksum(body), body]), { mode: 0o600 });
        renameSync(temporary, fileOf(program, name));
        makeRoom(folder);
      } catch {
        discard(temporary);
      }
    },
  };
}

/** Files are never written to, but put in each other's place: one that is mapped stays as it is. */
function bytesOf(path: string, room: FileRoom | undefined): Uint8Array {
  const fd = openSync(path, 'r');
  try {
    return room?.map(fd, fstatSync(fd).size) ?? readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * What tells the sources of a bundled program from others: it is named after its content. Undefined for sources that are
 * run one by one, which can be other ones the next time.
 */
export function makerOf(url: string): string | undefined {
  const path = fileURLToPath(url);
  return path.endsWith('.ts') ? undefined : basename(path);
}

function checksum(bytes: Uint8Array): Uint8Array {
  const quick = compiledModules()?.hash(bytes);
  if (quick !== undefined) return new Uint8Array(BigUint64Array.of(quick).buffer);
  // It takes 13 ms to load.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(bytes).digest().subarray(0, HEADER);
}

function makeRoom(folder: string): void {
  const files = readdirSync(folder).map((name) => {
    const { size, mtimeMs } = statSync(join(folder, name));
    return { path: join(folder, name), size, mtimeMs };
  });
  let room = ROOM;
  for (const { path, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    room -= size;
    if (room < 0) discard(path);
  }
}

function discard(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is not there.
  }
}
