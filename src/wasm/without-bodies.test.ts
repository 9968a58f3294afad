import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from './code.ts';
import { MalformedModule } from './byte-reader.ts';
import { withCustomSection } from './custom-section.ts';
import { ModuleBuilder } from './module.ts';
import { I32 } from './opcodes.ts';
import { withoutBodies } from './without-bodies.ts';

/** More functions than a byte can count, one of them exported. */
function numbers(): Uint8Array<ArrayBuffer> {
  const builder = new ModuleBuilder();
  const type = builder.type([], [I32]);
  builder.importFunction('env', 'other', type);
  const functions = Array.from({ length: 300 }, (_, i) =>
    builder.function(type, [I32], new Code().i32(i).set(0).get(0)),
  );
  builder.exportFunction('last', functions.at(-1)!);
  return builder.build();
}

test('a module without bodies has the same imports and exports, and functions that trap', () => {
  const whole = numbers();
  const module = new WebAssembly.Module(withoutBodies(withCustomSection(whole, 'mark')));
  const original = new WebAssembly.Module(whole);
  assert.deepEqual(WebAssembly.Module.imports(module), WebAssembly.Module.imports(original));
  assert.deepEqual(WebAssembly.Module.exports(module), WebAssembly.Module.exports(original));
  assert.deepEqual(WebAssembly.Module.customSections(module, 'mark'), []);
  const env = { other: () => 0 };
  const { last } = new WebAssembly.Instance(module, { env }).exports as { last: () => number };
  assert.throws(last, WebAssembly.RuntimeError);
  assert.equal((new WebAssembly.Instance(original, { env }).exports as { last: () => number }).last(), 299);
});

test('what is cut short is refused', () => {
  const whole = numbers();
  assert.throws(() => withoutBodies(whole.subarray(0, whole.length - 1)), MalformedModule);
  assert.throws(() => withoutBodies(whole.subarray(0, 5)), MalformedModule);
});
