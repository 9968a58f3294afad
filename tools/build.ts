/**
 * Makes dist for the published package: the library module by module with its types, because Node strips types
 * everywhere but inside node_modules, and the programs in bundles. Nothing else uses dist.
 */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundlePrograms } from './program-bundle.ts';

rmSync('dist', { recursive: true, force: true });
const { status } = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });

// The compiler renames what is imported; a worker's file is named by URL.
const WORKER_URL = /(new URL\(\s*['"]\.[^'"]*)\.ts(['"],\s*import\.meta\.url)/g;
for (const file of globSync('dist/**/*.js')) {
  const code = readFileSync(file, 'utf8');
  const renamed = code.replace(WORKER_URL, '$1.js$2');
  if (renamed !== code) writeFileSync(file, renamed);
}

rmSync('dist/cli', { recursive: true, force: true });
await bundlePrograms(join(import.meta.dirname, '..'), 'dist/cli');
process.exitCode = status ?? 1;
