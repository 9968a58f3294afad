import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a file `src/**\/NAME.fuzz.ts` exports as `target`. */
export interface FuzzTarget {
  /** As on the command line, and of its folder under test/fuzz/corpus. */
  readonly name: string;
  /** Must neither throw nor take a second, whatever the bytes; catches the errors that are right. */
  run(data: Uint8Array): void;
  /** Inputs to start from: small and valid. */
  seeds(): Uint8Array[];
}

/** The largest input that is made. */
export const MAX_INPUT = 0x10000;

export const ROOT = join(import.meta.dirname, '../..');

/** Name (of the file, without `.fuzz.ts`) and file of every target. */
export function findTargets(): ReadonlyMap<string, string> {
  const files = globSync('src/**/*.fuzz.ts', { cwd: ROOT }).toSorted();
  return new Map(files.map((file) => [basename(file, '.fuzz.ts'), join(ROOT, file)]));
}

export async function loadTarget(file: string): Promise<FuzzTarget> {
  const { target } = (await import(pathToFileURL(file).href)) as { target?: FuzzTarget };
  if (target === undefined) throw new Error(`${file} exports no target`);
  return target;
}
