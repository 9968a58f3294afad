import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from './code.ts';
import { withCustomSection } from './custom-section.ts';
import { ModuleBuilder } from './module.ts';
import { I32 } from './opcodes.ts';

test('a custom section changes the bytes of a module and nothing that it does', () => {
  const builder = new ModuleBuilder();
  builder.exportFunction('seven', builder.function(builder.type([], [I32]), [], new Code().i32(7)));
  const bytes = withCustomSection(withCustomSection(builder.build(), 'one'), 'two');
  const module = new WebAssembly.Module(bytes);
  assert.equal(WebAssembly.Module.customSections(module, 'one').length, 1);
  assert.equal(WebAssembly.Module.customSections(module, 'two').length, 1);
  const { seven } = new WebAssembly.Instance(module).exports as { seven: () => number };
  assert.equal(seven(), 7);
});
