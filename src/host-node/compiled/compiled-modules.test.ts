import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { openAddon } from './addon.ts';
import { type Found, loops, loopsOf, optimize } from './compiled-modules.fixture.ts';
import { compiledModules } from './compiled-modules.ts';

const modules = compiledModules();
const isPossible = process.platform === 'linux' && process.arch === 'x64';

/** Runs the fixture with the programs' flags of the engine, and further ones. */
async function fixture(argv: readonly string[], input: Uint8Array, ...flags: string[]): Promise<Buffer> {
  const node = `${import.meta.dirname}/../../../tools/node`;
  const child = spawn(node, [...flags, `${import.meta.dirname}/compiled-modules.fixture.ts`, ...argv], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 60_000,
  });
  child.stdin.end(input);
  return buffer(child.stdout);
}

const found = async (argv: readonly string[], compiled: Uint8Array, ...flags: string[]): Promise<Found> =>
  JSON.parse(String(await fixture(argv, compiled, ...flags)));

test('the Node that we are installed with keeps compiled modules where it runs on x86-64 Linux', () => {
  assert.equal(modules !== undefined, isPossible);
});

suite('compiled modules', { skip: !isPossible }, () => {
  for (const where of ['take', 'take-in-worker']) {
    test(`another process goes on with the optimized code, and adds to it: ${where}`, async () => {
      const compiled = await fixture(['make', '5'], new Uint8Array());
      const { sum, bytesAtOnce, bytesLater, sameWhenAlive } = await found([where, '5'], compiled);
      assert.equal(sum, 80);
      assert.ok(bytesAtOnce >= compiled.length);
      assert.ok(bytesLater > bytesAtOnce);
      assert.ok(sameWhenAlive);
    });
  }

  test('a process with other flags of the engine refuses', async () => {
    const compiled = await fixture(['make', '6'], new Uint8Array());
    assert.ok((await found(['take', '6'], compiled, '--stack-size=900')).refused);
    assert.ok(!(await found(['take', '6'], compiled)).refused);
  });

  test('what has not been optimized is nothing to keep', () => {
    assert.equal(modules!.serialize(new WebAssembly.Module(loops(7))), undefined);
  });

  test('a module is optimized as a whole, for processes with the flags that this one has', async () => {
    const whole = loops(12);
    const inUse = new WebAssembly.Module(whole);
    const { wireBytes, compiled } = modules!.optimize(whole);
    assert.ok(wireBytes.length < whole.length);
    assert.throws(() => loopsOf(new WebAssembly.Module(wireBytes)).first(1), WebAssembly.RuntimeError);
    const both = JSON.stringify([wireBytes, compiled].map((bytes) => Buffer.from(bytes).toString('base64')));
    const { refused, sum, bytesAtOnce } = await found(['take-whole', '12'], Buffer.from(both));
    assert.ok(!refused);
    assert.equal(sum, 150);
    assert.equal(bytesAtOnce, compiled.length);
    assert.equal(loopsOf(inUse).second(10), 120);
    // Others are compiled as ever.
    assert.equal(modules!.serialize(new WebAssembly.Module(loops(13))), undefined);
  });

  test('modules that differ in what their functions do are different ones when they are optimized', () => {
    const modulesOf = [14, 15].map((step) => {
      const { wireBytes, compiled } = modules!.optimize(loops(step));
      return modules!.deserialize(compiled, wireBytes)!;
    });
    assert.deepEqual(
      modulesOf.map((module) => loopsOf(module).second(1)),
      [14, 15],
    );
  });

  test('damaged, cut and foreign bytes are refused', () => {
    const wireBytes = loops(8);
    const module = new WebAssembly.Module(wireBytes);
    const compiled = optimize(module, loopsOf(module).first);
    assert.ok(modules!.deserialize(compiled, wireBytes) instanceof WebAssembly.Module);
    for (let length = 0; length < compiled.length; length++)
      assert.equal(modules!.deserialize(compiled.subarray(0, length), wireBytes), undefined);
    for (let at = 0; at < compiled.length; at++) {
      const damaged = compiled.slice();
      damaged[at]! ^= 1 << (at % 8);
      assert.equal(modules!.deserialize(damaged, wireBytes), undefined);
    }
    assert.equal(modules!.deserialize(new Uint8Array([...compiled, 0]), wireBytes), undefined);
    assert.equal(modules!.deserialize(compiled, loops(9)), undefined);
    assert.equal(modules!.deserialize(compiled, new Uint8Array()), undefined);
    assert.equal(modules!.deserialize(wireBytes, wireBytes), undefined);
  });

  test('when the engine itself refuses, compiling works at once, and nothing comes later', async () => {
    const { addon } = openAddon()!;
    const wireBytes = loops(10);
    const module = new WebAssembly.Module(wireBytes);
    optimize(module, loopsOf(module).first);
    const compiled = addon.serialize(module)!;
    // Magic number, version, processor, flags, features.
    for (let at = 0; at < 20; at++) {
      for (const bytes of [wireBytes, loops(11 + at)]) {
        const other = new Uint8Array(compiled);
        other[at]! ^= 1;
        const keep: unknown[] = [];
        assert.equal(addon.deserialize(other, bytes, keep), undefined);
        assert.equal(loopsOf(new WebAssembly.Module(bytes)).first(2), 6);
        const kept = keep.length;
        // oxlint-disable-next-line no-await-in-loop -- what the engine left for later runs now
        await new Promise(setImmediate);
        assert.equal(keep.length, kept);
      }
    }
    assert.ok(addon.deserialize(compiled, wireBytes, []) instanceof WebAssembly.Module);
  });

  test('what is no module is nothing', () => {
    const { addon } = openAddon()!;
    for (const value of [undefined, null, 1, 'a', {}, new Uint8Array(8)])
      assert.equal(addon.serialize(value as WebAssembly.Module), undefined);
  });
});
