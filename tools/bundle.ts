/**
 * Bundles for a browser. Without options: everything but the parts that need Node, because what does
 * not bundle is not portable. With --out DIR: the page of examples/web with the library `tinamou.js`
 * and the modules of its threads, ready to be served.
 */
import { copyFileSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown, type RolldownBuild } from 'rolldown';

const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;

/** Names of what is served. A thread's module keeps its name, for it is found by URL. */
const SERVED: Readonly<Record<string, string>> = {
  tinamou: 'src/web/index.ts',
  page: 'examples/web/page.ts',
  'vcpu-thread': 'src/host-web/vcpu-thread.ts',
  'timer-thread': 'src/host-web/timer-thread.ts',
};

const THREAD_URL = /(new URL\(\s*['"]\.\/)([\w-]+)\.ts(['"],\s*import\.meta\.url)/g;

/** A thread's module is named by the file that it is made from. */
const threadUrls = {
  name: 'thread-urls',
  renderChunk(code: string): string {
    return code.replace(THREAD_URL, (_, before: string, name: string, after: string) => {
      if (SERVED[name] === undefined) throw new Error(`${name}.ts is named by URL but not served; see tools/bundle.ts`);
      return `${before}${name}.js${after}`;
    });
  },
};

function open(input: string[] | Record<string, string>): Promise<RolldownBuild> {
  return rolldown({
    input,
    platform: 'browser',
    plugins: [threadUrls],
    // A module that is not found is only a warning to the bundler; in a browser it is the end.
    onwarn: (warning) => {
      throw new Error(warning.message);
    },
  });
}

if (out === undefined) {
  const input = globSync('src/**/*.ts', {
    exclude: ['src/host-node/**', 'src/cli/**', 'src/index-node.ts', '**/*.test.ts'],
  });
  const bundle = await open([...input, SERVED['page']!]);
  const { output } = await bundle.generate({ format: 'es' });
  await bundle.close();
  console.log(`${input.length + 1} files bundle for a browser, ${output.length} outputs`);
} else {
  const bundle = await open({ ...SERVED });
  // All in one directory: a thread's module is looked for beside whatever names it.
  const { output } = await bundle.write({ dir: out, format: 'es', chunkFileNames: '[name]-[hash].js' });
  await bundle.close();
  copyFileSync('examples/web/index.html', join(out, 'index.html'));
  console.log(`${output.length + 1} files bundle for a browser into ${out}`);
}
