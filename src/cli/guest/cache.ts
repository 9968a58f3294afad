/**
 * Fetched guests on disk: one directory each, which appears whole by a rename or not
 * at all, so that a fetch cut short leaves nothing that looks finished.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../base/errors.ts';

export type CachedGuest = { kernel: string; initrd: string };

const FILES = ['kernel', 'initrd'] as const;

/** What was fetched, so that a damaged copy is seen: `guest.json` beside the files. */
type Manifest = Record<(typeof FILES)[number], { bytes: number; sha256: string }>;

const home = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tinamou', 'guests');

/** The guest's files if all of them are here at their full size. */
export function cached(name: string): CachedGuest | undefined {
  const dir = join(home(), name);
  try {
    const manifest = JSON.parse(readFileSync(join(dir, 'guest.json'), 'utf8')) as Manifest;
    if (FILES.some((file) => statSync(join(dir, file)).size !== manifest[file].bytes)) return undefined;
  } catch {
    return undefined;
  }
  return { kernel: join(dir, 'kernel'), initrd: join(dir, 'initrd') };
}

/** Fills an empty directory with `fill` and keeps it as the guest's. */
export async function keep(name: string, fill: (staging: string) => Promise<void>): Promise<CachedGuest> {
  const staging = makeStaging(name);
  try {
    await fill(staging);
    writeFileSync(join(staging, 'guest.json'), JSON.stringify(await describe(staging), undefined, 2));
    replace(join(home(), name), staging);
  } finally {
    rmSync(staging, { recursive: true, force: true, maxRetries: 3 });
  }
  return cached(name)!;
}

function makeStaging(name: string): string {
  try {
    mkdirSync(home(), { recursive: true });
    sweep();
    return mkdtempSync(join(home(), `.${name}-${process.pid}-`));
  } catch (error) {
    const why = (error as Error).message;
    throw new UserError(
      `cannot keep guests in ${home()} (${why}): set XDG_CACHE_HOME to a directory you may write to`,
      {
        cause: error,
      },
    );
  }
}

/** Removes what fetches left behind that were killed before they could tidy up. */
function sweep(): void {
  for (const entry of readdirSync(home())) {
    const pid = /^\..*-(\d+)-[^-]*$/.exec(entry)?.[1];
    if (pid !== undefined && !alive(Number(pid))) rmSync(join(home(), entry), { recursive: true, force: true });
  }
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function describe(staging: string): Promise<Manifest> {
  const entries = FILES.map(async (file) => {
    const path = join(staging, file);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    const bytes = statSync(path).size;
    if (bytes === 0) throw new UserError(`the fetched ${file} is empty: fetch it again`);
    return [file, { bytes, sha256: hash.digest('hex') }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Manifest;
}

function replace(dir: string, staging: string): void {
  // Two fetches of one guest may end together; the files are the same, so either may win.
  rmSync(dir, { recursive: true, force: true });
  try {
    renameSync(staging, dir);
  } catch (error) {
    if (!existsSync(join(dir, 'guest.json'))) throw error;
  }
}
