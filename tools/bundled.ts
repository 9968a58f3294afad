/**
 * Runs a program of this checkout from its bundle:
 *
 *     node bundled.ts CHECKOUT/src/cli/NAME.ts ARGUMENT...
 *
 * A bundle belongs to exactly the sources that it was made of: where one of them has changed, another is made,
 * which takes about half a second. Where none can be made (no bundler, nowhere to write), the sources run.
 */

// To import them would take 10 ms: see program-bundle.ts.
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } =
  process.getBuiltinModule('node:fs');
const { createRequire } = process.getBuiltinModule('node:module');
const { basename } = process.getBuiltinModule('node:path');
const { pathToFileURL } = process.getBuiltinModule('node:url');

const root = import.meta.dirname.replace(/\/[^/]*$/, '');
const bundles = `${root}/.cache/programs`;
/** The file of a bundle that tells what it was made of. */
const MADE_OF = 'made-of';
/** Bundles of older sources that are left, for what still runs from them. */
const KEPT = 4;

/** The sources as they are: a line for each file. */
class Sources {
  text = '';
  #newest = 0;
  #bytes = 0;

  constructor() {
    for (const directory of ['src', 'bin']) this.#addFiles(`${root}/${directory}`);
    for (const file of ['tools/program-bundle.ts', 'package-lock.json']) this.#add(`${root}/${file}`);
  }

  #addFiles(directory: string): void {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) this.#addFiles(path);
      else if (!path.endsWith('.test.ts')) this.#add(path);
    }
  }

  #add(path: string): void {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return;
    const { size, mtimeMs, ctimeMs, ino } = stats;
    this.text += `${path} ${size} ${mtimeMs} ${ctimeMs} ${ino}\n`;
    this.#newest = Math.max(this.#newest, ctimeMs);
    this.#bytes += size;
  }

  /** Where their bundle lies, if there is one. */
  get bundle(): string {
    return `${bundles}/${this.#newest}-${this.#bytes}`;
  }

  /** Whether that is theirs, and not that of others which happen to be as new and as long. */
  get isBundled(): boolean {
    const madeOf = `${this.bundle}/${MADE_OF}`;
    return existsSync(madeOf) && readFileSync(madeOf, 'utf8') === this.text;
  }
}

/** In a process of its own: the bundler and its memory would stay with the program for as long as it runs. */
async function makeBundle(sources: Sources): Promise<void> {
  const unfinished = `${sources.bundle}.${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    const { execFileSync } = await import('node:child_process');
    execFileSync(process.execPath, [`${root}/tools/program-bundle.ts`, root, unfinished], { stdio: 'ignore' });
    writeFileSync(`${unfinished}/${MADE_OF}`, sources.text);
    renameSync(unfinished, sources.bundle);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  const age = (name: string): number => -statSync(`${bundles}/${name}`).mtimeMs;
  const all = readdirSync(bundles).toSorted((a, b) => age(a) - age(b));
  for (const name of all.slice(KEPT)) rmSync(`${bundles}/${name}`, { recursive: true, force: true });
}

process.argv.splice(1, 1);
const source = process.argv[1]!;
const sources = new Sources();
if (!sources.isBundled) await makeBundle(sources).catch(() => {});
if (sources.isBundled) {
  const path = `${sources.bundle}/${basename(source, '.ts')}`;
  if (existsSync(`${path}.cjs`)) createRequire(import.meta.url)(`${path}.cjs`);
  else await import(pathToFileURL(`${path}.js`).href);
} else await import(pathToFileURL(source).href);
