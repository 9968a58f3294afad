/**
 * Puts the programs of bin/ and the threads that they start into a few files of JavaScript. A program that
 * consists of hundreds of modules takes most of its start to find them, and each of its threads does so again.
 *
 *     node program-bundle.ts CHECKOUT DIRECTORY
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/** Each is `src/cli/NAME.ts`, named by a launcher in bin/. */
function programs(root: string): Record<string, string> {
  const names = readdirSync(join(root, 'bin'), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith('tinamou'))
    .map(({ name }) => name.replace(/^tinamou-/, ''));
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

/** Writes `NAME.js` for each program, and what they need, into a directory. */
export async function bundlePrograms(root: string, directory: string): Promise<void> {
  await using bundle = await rolldown({
    input: programs(root),
    platform: 'node',
    plugins: [threads, builtins],
    // Whatever is not as it should be might only show when the program runs.
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
  await bundle.write({ dir: directory, format: 'es', chunkFileNames: 'parts/[name]-[hash].js' });
}

if (import.meta.main) await bundlePrograms(process.argv[2]!, process.argv[3]!);
