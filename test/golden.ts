/** Texts that a test compares with a file of the repository; `npm run bless` accepts what is new. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** `file`: from the repository's root. */
export function assertGolden(file: string, actual: string): void {
  const path = join(ROOT, file);
  const expected = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (expected === actual) return;
  if (process.env['BLESS'] === undefined) {
    assert.equal(actual, expected, `${file} differs; if the change is right, run: npm run bless`);
  }
  console.log(`${file}:\n${difference(expected.split('\n'), actual.split('\n')).join('\n')}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, actual);
}

/** The lines that differ, between what the texts have in common at both ends. */
function difference(before: readonly string[], after: readonly string[]): string[] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - start;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  const cut = (lines: readonly string[], mark: string): string[] =>
    lines.slice(start, lines.length - tail).map((line) => `${mark}${line}`);
  return [...cut(before, '-'), ...cut(after, '+')];
}
