/** The kernels of `npm run bench`, shorter, say the same under native QEMU and under this program. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measure, NATIVE, tinamou } from '../bench/contestant.ts';
import { build, temporaryDirectory } from '../bench/kernel-program.ts';
import { KERNELS, MODES } from '../bench/suite.ts';

/** Every tier has its part, although a short kernel would not enter its regions often enough. */
const OURS = tinamou('tinamou', ['-accel', 'tcg,tier=regions']);
/** User mode has no such option; its kernels are some times as long. */
const PROGRAM = tinamou('tinamou', []);

describe('kernels', { concurrency: 2 }, () => {
  const directory = temporaryDirectory();
  for (const kernel of KERNELS) {
    for (const mode of MODES) {
      test(`${kernel.name} in mode ${mode}`, { timeout: 60_000 }, async () => {
        const path = build({ ...kernel, rounds: Math.ceil(kernel.rounds / 200) }, mode, directory);
        const { result } = await measure(NATIVE, path, mode);
        assert.match(result, /^RESULT [0-9a-f]{16}$/);
        assert.equal((await measure(mode === 'u' ? PROGRAM : OURS, path, mode)).result, result);
      });
    }
  }
});
