/**
 * The architecture as a test: which folder of src may import which. ARCHITECTURE.md
 * says why; the table here is what holds.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

/** A folder's height, and the folders it may import besides itself and base. */
type Layer = { level: number; imports: readonly string[] };

const GUESTLESS = ['wasm', 'mem', 'host', 'stats'];
const BACKEND = ['host', 'qapi', 'stats'];
const MONITOR = ['vm', 'qapi', 'host', 'stats'];
const VM = ['board', 'hw', 'isa', 'ir', 'jit', 'mem', 'block', 'net', 'ui', 'char', 'qapi', 'host', 'stats'];
const BELOW_THE_TOP = [...new Set([...VM, 'wasm', 'firmware', 'vm', 'linux-user', 'monitor', 'gdb'])];

const LAYERS: Readonly<Record<string, Layer>> = {
  base: { level: 0, imports: [] },
  wasm: { level: 1, imports: [] },
  qapi: { level: 1, imports: [] },
  host: { level: 1, imports: [] },
  stats: { level: 1, imports: [] },
  ir: { level: 2, imports: ['wasm'] },
  mem: { level: 2, imports: ['wasm'] },
  isa: { level: 3, imports: ['ir', 'mem'] },
  jit: { level: 3, imports: ['ir', ...GUESTLESS] },
  firmware: { level: 4, imports: ['mem', 'host'] },
  hw: { level: 4, imports: ['host', 'qapi', 'mem', 'stats'] },
  block: { level: 5, imports: BACKEND },
  net: { level: 5, imports: BACKEND },
  ui: { level: 5, imports: BACKEND },
  char: { level: 5, imports: BACKEND },
  board: { level: 6, imports: ['hw', 'isa', 'mem', 'firmware'] },
  'linux-user': { level: 7, imports: ['isa', 'ir', 'jit', 'mem', 'host', 'stats'] },
  vm: { level: 7, imports: VM },
  monitor: { level: 8, imports: MONITOR },
  gdb: { level: 8, imports: MONITOR },
  // A worker starts from a file of its own that wires the parts together, so the
  // folders that know one host may see everything below the programs.
  'host-node': { level: 9, imports: BELOW_THE_TOP },
  'host-web': { level: 9, imports: BELOW_THE_TOP },
  cli: { level: 10, imports: [...BELOW_THE_TOP, 'host-node', 'host-web'] },
  web: { level: 10, imports: [...BELOW_THE_TOP, 'host-node', 'host-web'] },
};

const USES_NODE = ['host-node', 'cli'];

/** A worker's file counts as imported by whoever names its URL. */
const IMPORTS = [
  /^\s*(?:import|export)\b[^;'"`]*?\bfrom\s*'([^']+)'/gm,
  /^\s*import\s*'([^']+)'/gm,
  /\bimport\(\s*'([^']+)'/g,
  /\bnew URL\(\s*'([^']+\.ts)',\s*import\.meta\.url/g,
];

const importsOf = (source: string): string[] => IMPORTS.flatMap((form) => [...source.matchAll(form)].map((m) => m[1]!));

/** Why `file` (a path below src) may not import `specifier`, or nothing when it may. */
function breach(file: string, specifier: string): string | undefined {
  const folder = file.split('/')[0]!;
  const isTest = file.endsWith('.test.ts');
  // Files directly in src are the package's entries and this test.
  if (folder === file) return undefined;
  const layer = LAYERS[folder];
  if (layer === undefined) return `src/${folder} is not in the table of layers`;

  if (!specifier.startsWith('.')) {
    if (isTest) return undefined;
    if (!isBuiltin(specifier)) return folder === 'web' ? undefined : `packages of others are for tests and web`;
    return USES_NODE.includes(folder) ? undefined : `only ${USES_NODE.join(', ')} and tests may use Node's modules`;
  }

  const target = relative('.', join(dirname(file), specifier));
  if (target.startsWith('..')) return isTest ? undefined : 'it is outside src';
  const [to] = target.split('/') as [string];
  if (to === folder || to === 'base') return undefined;
  const below = LAYERS[to];
  if (below === undefined) return `src/${to} is not in the table of layers`;
  if (target.endsWith('.test.ts')) return 'a test is imported by nothing';
  if (isTest) {
    const ok = below.level <= layer.level || to === 'host-node' || to === 'host-web';
    return ok ? undefined : `a test of ${folder} (layer ${layer.level}) reaches up to ${to} (layer ${below.level})`;
  }
  return layer.imports.includes(to) ? undefined : `${folder} may import ${['base', ...layer.imports].join(', ')}`;
}

test('imports go down the layers only', () => {
  const src = import.meta.dirname;
  const breaches: string[] = [];
  for (const file of globSync('**/*.ts', { cwd: src }).sort()) {
    for (const specifier of importsOf(readFileSync(join(src, file), 'utf8'))) {
      const why = breach(file, specifier);
      if (why !== undefined) breaches.push(`src/${file} imports '${specifier}': ${why}`);
    }
  }
  assert.deepEqual(breaches, []);
});

test('the table itself only goes down', () => {
  for (const [name, layer] of Object.entries(LAYERS))
    for (const to of layer.imports) assert.ok(LAYERS[to]!.level < layer.level, `${name} imports ${to}`);
});

test('each way to import is seen and judged', () => {
  const source = `import { a } from '../hw/a.ts';\nimport type {\n  B,\n} from 'node:fs';\nimport './side.ts';
    export * from './c.ts';\nconst x = await import('../cli/x.ts');\nnew Worker(new URL('./w.ts', import.meta.url));`;
  assert.deepEqual(importsOf(source).sort(), ['../cli/x.ts', '../hw/a.ts', './c.ts', './side.ts', './w.ts', 'node:fs']);
  assert.match(breach('isa/riscv/cpu.ts', '../../jit/tier.ts')!, /isa may import base, ir, mem/);
  assert.match(breach('hw/uart.ts', 'node:fs')!, /Node's modules/);
  assert.match(breach('hw/uart.ts', 'fast-check')!, /packages of others/);
  assert.match(breach('vm/vm.ts', '../host-node/file.ts')!, /vm may import/);
  assert.match(breach('mem/ram.test.ts', '../vm/vm.ts')!, /reaches up/);
  assert.match(breach('misc/a.ts', './b.ts')!, /not in the table/);
  assert.equal(breach('mem/ram.test.ts', 'node:fs'), undefined);
  assert.equal(breach('cli/system.ts', '../host-node/file.ts'), undefined);
});
