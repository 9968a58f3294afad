/**
 * Puts the programs of bin/ and the threads that they start into a few files of JavaScript. A program that
 * consists of hundreds of modules takes most of its start to find them, and each of its threads does so again.
 *
 *     node program-bundle.ts CHECKOUT DIRECTORY
 */
import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type OutputOptions, type Plugin, rolldown } from 'rolldown';

/**
 * Programs that are short, so that their start counts most: each becomes a classic script, and so does the thread that it
 * starts. Modules' code is kept as it is before they run, that of scripts as it is afterwards. Names of source files.
 */
const SCRIPTS: Readonly<Record<string, string>> = {
  riscv64: 'src/cli/riscv64.ts',
  'guest-thread': 'src/cli/user/guest-thread.ts',
};
/** Runs scripts. */
const RUNNER = 'src/host-node/kept-script.ts';

/** Each is `src/cli/NAME.ts`, named by a launcher in bin/. */
function programs(root: string): Record<string, string> {
  const names = readdirSync(join(root, 'bin'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith('tinamou'))
    .map(({ name }) => name.replace(/^tinamou-/, ''))
    .filter((name) => SCRIPTS[name] === undefined);
  return Object.fromEntries(names.map((name) => [name, join(root, 'src/cli', `${name}.ts`)]));
}

const THREAD_URL = /new URL\(\s*'(\.[^']*)\.ts',\s*import\.meta\.url\)/g;

/** A thread's module is named by its URL: it becomes a file of its own, which is named in its place. */
const threads: Plugin = {
  name: 'threads',
  async transform(code, id) {
    let changed = code;
    for (const [url, path] of code.matchAll(THREAD_URL)) {
      const thread = await this.resolve(`${path}.ts`, id);
      if (thread === null) throw new Error(`${id} names ${path}.ts, which is not there`);
      const reference = this.emitFile({ type: 'chunk', id: thread.id, name: basename(path!) });
      changed = changed.replace(url, `new URL(import.meta.ROLLUP_FILE_URL_${reference})`);
    }
    return changed === code ? null : { code: changed };
  },
};

/**
 * Node makes a module of each of its own that is imported, for which it looks at all that there is in it: for node:fs that
 * loads streams and more, 10 ms on every thread. What is asked for by name is had without that.
 */
const builtins: Plugin = {
  name: 'builtins',
  renderChunk: (code) =>
    code.replace(/^import \{ ([^}]*) \} from "(node:[\w/]+)";$/gm, (_, names: string, module: string) => {
      const fields = names.replaceAll(' as ', ': ');
      return `const { ${fields} } = process.getBuiltinModule("${module}");`;
    }),
};

/** A thread's script is run by a file of its name, in the directory of all scripts. */
const scriptThreads: Plugin = {
  name: 'script-threads',
  transform(code, id) {
    const changed = code.replace(THREAD_URL, (_, path: string) => {
      const name = basename(path);
      if (SCRIPTS[name] === undefined) throw new Error(`${id} names ${path}.ts, which is no script`);
      return `new URL('./${name}.cjs', import.meta.url)`;
    });
    return changed === code ? null : { code: changed };
  },
};

/** Scripts are read as bytes. */
const ascii: Plugin = {
  name: 'ascii',
  renderChunk: (code) =>
    code.replace(/[^\0-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
};

/** What a bundler made of one source file, and of all that it needs. */
async function bundle(input: Record<string, string>, plugins: Plugin[], options: OutputOptions): Promise<string> {
  await using made = await rolldown({
    input,
    platform: 'node',
    plugins,
    // A warning about what the plugins took: that depends on what else the machine does.
    checks: { bundlerTimings: false },
    // Whatever is not as it should be might only show when the program runs.
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  const { output } = await made.write(options);
  return output[0].fileName;
}

/** Writes `parts/NAME-HASH.cjs` for a script, and a file that runs it: `NAME.cjs`, or of a thread's `parts/NAME.cjs`. */
async function bundleScript(root: string, directory: string, name: string): Promise<void> {
  const names = '[name]-[hash].cjs';
  const parts = join(directory, 'parts');
  const script = await bundle({ [name]: join(root, SCRIPTS[name]!) }, [scriptThreads, ascii], {
    dir: parts,
    format: 'cjs',
    comments: false,
    entryFileNames: names,
    chunkFileNames: names,
  });
  const isProgram = dirname(SCRIPTS[name]!) === 'src/cli';
  const runner = isProgram ? `${name}.cjs` : `parts/${name}.cjs`;
  await bundle({ runner: join(root, RUNNER) }, [], { file: join(directory, runner), format: 'cjs', comments: false });
  const path = isProgram ? `/parts/${script}` : `/${script}`;
  appendFileSync(join(directory, runner), `runKeptScript(__dirname + ${JSON.stringify(path)});\n`);
}

/** Writes what runs each program, `NAME.js` or of a script `NAME.cjs`, and what they need, into a directory. */
export async function bundlePrograms(root: string, directory: string): Promise<void> {
  await bundle(programs(root), [threads, builtins], {
    dir: directory,
    format: 'es',
    chunkFileNames: 'parts/[name]-[hash].js',
  });
  for (const [name, source] of Object.entries(SCRIPTS)) {
    if (existsSync(join(root, source))) await bundleScript(root, directory, name);
  }
}

if (import.meta.main) await bundlePrograms(process.argv[2]!, process.argv[3]!);
