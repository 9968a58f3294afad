/** Bundles everything but the parts that need Node for a browser: what does not bundle is not portable. */
import { globSync } from 'node:fs';
import { build } from 'esbuild';

const entryPoints = globSync('src/**/*.ts', {
  exclude: ['src/host-node/**', 'src/cli/**', '**/*.test.ts'],
});

const { metafile } = await build({
  entryPoints,
  bundle: true,
  splitting: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2024',
  outdir: 'dist/browser',
  logLevel: 'error',
});
console.log(`${entryPoints.length} files bundle for a browser, ${Object.keys(metafile.outputs).length} outputs`);
