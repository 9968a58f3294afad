import { test } from 'node:test';
import { assertGolden } from '../../../test/golden.ts';
import { referencePage } from './reference.ts';

test('docs/reference/riscv.md is what the declarations say', () => {
  assertGolden('docs/reference/riscv.md', referencePage());
});
