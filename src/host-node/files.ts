import type { Stats } from 'node:fs';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { access, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../base/errors.ts';
import type { AppendFile, File, Files } from '../host/file.ts';
import { hostFailure } from './failure.ts';
import { NodeFile } from './file.ts';

const FLAGS = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT,
} as const;

export class NodeFiles implements Files {
  async open(path: string, mode: keyof typeof FLAGS): Promise<File> {
    const doing = mode === 'read' ? `open '${path}'` : `open '${path}' for writing`;
    const handle = await attempt(doing, () => open(path, FLAGS[mode]));
    try {
      const stats = await handle.stat();
      if (stats.isDirectory()) throw new UserError(`cannot ${doing}: it is a directory; name a file`);
      const size = stats.isBlockDevice() ? await blockDeviceSize(path, stats) : undefined;
      return new NodeFile(handle, path, mode === 'read', size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async append(path: string, { truncate }: { truncate: boolean }): Promise<AppendFile> {
    const how = truncate ? constants.O_TRUNC : constants.O_APPEND;
    const handle = await attempt(`open '${path}' for writing`, () =>
      open(path, constants.O_WRONLY | constants.O_CREAT | how, 0o666),
    );
    return { path, append: (bytes) => appendAll(handle, bytes), close: () => handle.close() };
  }

  async temporary(): Promise<File> {
    const directory = process.env['TMPDIR'] ?? (await writable('/var/tmp')) ?? tmpdir();
    const path = join(directory, `tinamou-${crypto.randomUUID()}`);
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;
    const handle = await attempt(`make a temporary file in '${directory}'`, () => open(path, flags, 0o600));
    await unlink(path);
    return new NodeFile(handle, path, false);
  }

  async list(prefix: string): Promise<readonly string[]> {
    const slash = prefix.lastIndexOf('/') + 1;
    const directory = prefix.slice(0, slash);
    const names = await attempt(`list '${directory || '.'}'`, () => readdir(directory || '.'));
    return names
      .filter((name) => name.startsWith(prefix.slice(slash)))
      .map((name) => directory + name)
      .toSorted();
  }

  async rename(from: string, to: string): Promise<void> {
    await attempt(`rename '${from}' to '${to}'`, () => rename(from, to));
  }

  async remove(path: string): Promise<void> {
    await attempt(`remove '${path}'`, () => unlink(path));
  }

  async readAll(path: string): Promise<Uint8Array> {
    return attempt(`read '${path}'`, () => readFile(path));
  }
}

async function attempt<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw hostFailure(doing, error);
  }
}

async function appendAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await handle.write(bytes, done, bytes.length - done, null)).bytesWritten;
  }
}

async function writable(directory: string): Promise<string | undefined> {
  try {
    await access(directory, constants.W_OK);
    return directory;
  } catch {
    return undefined;
  }
}

/** Linux tells the size of a block device in sysfs, in units of 512 bytes. */
async function blockDeviceSize(path: string, { rdev }: Stats): Promise<number> {
  const major = ((rdev >>> 8) & 0xfff) | 0;
  const minor = (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
  try {
    return Number(await readFile(`/sys/dev/block/${major}:${minor}/size`, 'utf8')) * 512;
  } catch (cause) {
    throw new UserError(`cannot tell the size of the block device '${path}'; copy it to a file first`, { cause });
  }
}
