/** Bundles everything but the parts that need Node for a browser: what does not bundle is not portable. */
import { globSync } from 'node:fs';
import { rolldown } from 'rolldown';

const input = globSync('src/**/*.ts', {
  exclude: ['src/host-node/**', 'src/cli/**', '**/*.test.ts'],
});

const bundle = await rolldown({
  input,
  platform: 'browser',
  // A module that is not found is only a warning to the bundler; in a browser it is the end.
  onwarn: (warning) => {
    throw new Error(warning.message);
  },
});
const { output } = await bundle.generate({ format: 'es' });
await bundle.close();
console.log(`${input.length} files bundle for a browser, ${output.length} outputs`);
