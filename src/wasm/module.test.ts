import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code } from './code.ts';
import { ModuleBuilder } from './module.ts';
import { ATOMIC, F32, F64, I32, I64, OP, V128 } from './opcodes.ts';

function instantiate(builder: ModuleBuilder, imports: WebAssembly.Imports = {}): WebAssembly.Exports {
  const bytes = builder.build();
  assert.ok(WebAssembly.validate(bytes));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
}

test('the smallest module is a header', () => {
  assert.deepEqual([...new ModuleBuilder().build()], [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
});

test('equal types share an index; functions come after imported ones', () => {
  const builder = new ModuleBuilder();
  const binary = builder.type([I32, I32], [I32]);
  assert.equal(builder.type([I32], [I32, I32]), 1);
  assert.equal(builder.type([I32, I32], [I32]), binary);
  const imported = builder.importFunction('js', 'twice', builder.type([I32], [I32]));
  const sum = builder.function(binary, [], new Code().get(0).get(1).op(OP.i32_add).call(imported));
  assert.deepEqual([imported, sum], [0, 1]);
  builder.exportFunction('sum', sum);
  const { sum: call } = instantiate(builder, { js: { twice: (x: number) => 2 * x } });
  assert.equal((call as (a: number, b: number) => number)(3, 4), 14);
});

test('locals of every type, in runs', () => {
  const builder = new ModuleBuilder();
  const types = [I32, I32, I64, F32, F64, F64, F64, V128, I32, I64];
  const code = new Code().i64(-5).set(9).get(9).set(2).get(2);
  builder.exportFunction('run', builder.function(builder.type([], [I64]), types, code));
  const { run } = instantiate(builder);
  assert.equal((run as () => bigint)(), -5n);
});

test('a table is filled from an offset', () => {
  const builder = new ModuleBuilder();
  const type = builder.type([], [I32]);
  builder.importTable('env', 'table', 300);
  const functions = Array.from({ length: 200 }, (_, i) => builder.function(type, [], new Code().i32(i)));
  builder.element(100, functions);
  const table = new WebAssembly.Table({ initial: 300, element: 'anyfunc' });
  instantiate(builder, { env: { table } });
  assert.equal(table.get(99), null);
  assert.equal((table.get(100) as () => number)(), 0);
  assert.equal((table.get(299) as () => number)(), 199);
});

for (const width of [32, 64] as const) {
  test(`a shared memory with addresses of ${width} bits`, () => {
    const pages = 70_000 * (width / 64) + 10;
    const memory = new WebAssembly.Memory(
      (width === 64
        ? { initial: BigInt(pages), maximum: BigInt(pages), shared: true, address: 'i64' }
        : { initial: pages, maximum: pages, shared: true }) as WebAssembly.MemoryDescriptor,
    );
    const builder = new ModuleBuilder();
    builder.importMemory('env', 'memory', { pages, width });
    const code = new Code();
    const at = width === 64 ? 2 ** 32 + 64 : 64;
    if (width === 64) code.i64(at);
    else code.i32(at);
    code.i64(0x1234_5678_9abc).memory(OP.i64_store, 8);
    // The address may be in the offset alone, which has 64 bits too.
    if (width === 64) code.i64(8);
    else code.i32(8);
    code.atomic(ATOMIC.i32_load, at, 2);
    builder.exportFunction('run', builder.function(builder.type([], [I32]), [], code));
    const { run } = instantiate(builder, { env: { memory } });
    assert.equal((run as () => number)(), 0x5678_9abc);
    assert.equal(new DataView(memory.buffer).getBigUint64(at + 8, true), 0x1234_5678_9abcn);
  });
}

test('a memory of the other width is refused', () => {
  const builder = new ModuleBuilder();
  builder.importMemory('env', 'memory', { pages: 1, width: 64 });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  assert.throws(() => instantiate(builder, { env: { memory } }), WebAssembly.LinkError);
});

test('hints of likely branches stand before the code, at offsets from its start', () => {
  const builder = new ModuleBuilder();
  const type = builder.type([I32], [I32]);
  const plain = builder.function(type, [], new Code().get(0));
  const code = new Code();
  const out = code.block();
  code.get(0).brIf(out, false);
  code.get(0);
  code.if(0x40, true);
  code.end();
  code.end();
  code.get(0);
  const hinted = builder.function(type, [I64, F64], code);
  builder.exportFunction('plain', plain);
  builder.exportFunction('hinted', hinted);
  const bytes = builder.build();
  assert.ok(WebAssembly.validate(bytes));
  const module = new WebAssembly.Module(bytes);
  const [section, ...others] = WebAssembly.Module.customSections(module, 'metadata.code.branch_hint');
  assert.equal(others.length, 0);
  // One function, number 1, two hints: the body starts with five bytes of locals.
  assert.deepEqual([...new Uint8Array(section!)], [1, 1, 2, 5 + 4, 1, 0, 5 + 8, 1, 1]);
});

test('a module without hints has no custom section', () => {
  const builder = new ModuleBuilder();
  builder.function(builder.type([], []), [], new Code());
  assert.equal(
    WebAssembly.Module.customSections(new WebAssembly.Module(builder.build()), 'metadata.code.branch_hint').length,
    0,
  );
});
