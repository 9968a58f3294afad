/** Texts that a test compares with a file of the repository; `npm run bless` accepts what is new. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

/** `path`: from the repository's root. */
export function assertGolden(path: string, actual: string): void {
  const file = new URL(`../${path}`, import.meta.url);
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (expected === actual) return;
  if (process.env['BLESS'] === undefined) {
    assert.equal(actual, expected, `${path} differs; if the change is right, run: npm run bless`);
  }
  console.log(`${path}:\n${difference(expected.split('\n'), actual.split('\n')).join('\n')}`);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, actual);
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
