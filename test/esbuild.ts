/**
 * The bundler esbuild, a Go program, and what it is to bundle: packages of npm as `npm pack` gives them, in a directory
 * below the cache ASSETS_CACHE.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the packages go, and which. */
const PACKAGES = {
  program: '@esbuild/linux-riscv64@0.28.2',
  'node_modules/react': 'react@19.3.1',
  'node_modules/react-dom': 'react-dom@19.3.1',
  'node_modules/scheduler': 'scheduler@0.28.0',
  'node_modules/lodash-es': 'lodash-es@4.18.1',
};
const SOURCE = `import * as ReactDOM from 'react-dom/client';
import * as _ from 'lodash-es';
console.log(ReactDOM, _);
`;
const DIRECTORY = join(process.env['ASSETS_CACHE'] ?? join(tmpdir(), 'guests'), 'esbuild');
/** Written last. */
const DONE = join(DIRECTORY, '.complete');

function fetch(): void {
  rmSync(DIRECTORY, { recursive: true, force: true });
  for (const [folder, name] of Object.entries(PACKAGES)) {
    const into = join(DIRECTORY, folder);
    mkdirSync(into, { recursive: true });
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', into, name], {
      encoding: 'utf8',
      timeout: 300_000,
    });
    const archive = join(into, packed.trim());
    execFileSync('tar', ['-xzf', archive, '-C', into, '--strip-components=1']);
    rmSync(archive);
  }
  writeFileSync(join(DIRECTORY, 'main.js'), SOURCE);
  writeFileSync(DONE, '');
}

/** Where it is run, the program for riscv64, and arguments by which it bundles and minifies into a file. */
export function esbuild(out: string): { directory: string; program: string; args: readonly string[] } {
  if (!existsSync(DONE)) fetch();
  return {
    directory: DIRECTORY,
    program: join(DIRECTORY, 'program/bin/esbuild'),
    args: ['main.js', '--bundle', '--minify', `--outfile=${out}`],
  };
}
