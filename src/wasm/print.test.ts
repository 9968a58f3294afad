import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertGolden } from '../../test/golden.ts';
import { MalformedModule } from './byte-reader.ts';
import { Code } from './code.ts';
import { formOf, PREFIX_ATOMIC, PREFIX_SATURATING, PREFIX_SIMD, type Immediate } from './instruction-names.ts';
import { ModuleBuilder } from './module.ts';
import { ATOMIC, F32, F64, I32, I64, OP, SATURATING, SIMD, V128, VOID } from './opcodes.ts';
import { printModule } from './print.ts';

/** Writes each kind of immediate, as small as it can be. */
const WRITERS: Readonly<Record<Immediate, (code: Code) => unknown>> = {
  block: (code) => code.byte(VOID),
  label: (code) => code.u(0),
  labels: (code) => code.u(2).u(0).u(0).u(0),
  function: (code) => code.u(0),
  signature: (code) => code.u(0).u(0),
  local: (code) => code.u(1),
  global: (code) => code.u(2),
  table: (code) => code.u(1),
  access: (code) => code.u(2).u(40),
  i32: (code) => code.s(-3),
  i64: (code) => code.s64(-(2n ** 63n)),
  f32: (code) => code.append(new Uint8Array(4)),
  f64: (code) => code.append(new Uint8Array(8)),
  v128: (code) => code.append(new Uint8Array(16).fill(1)),
  lane: (code) => code.byte(1),
  reserved: (code) => code.byte(0),
};

/** The lines of a function with this code, without its head. */
function linesOf(code: Code): string[] {
  const builder = new ModuleBuilder();
  const type = builder.type([I32], [I32]);
  builder.importFunction('js', 'twice', type);
  builder.exportFunction('f', builder.function(type, [], code));
  const [printed] = printModule(builder.build());
  return printed!.text.trimEnd().slice(0, -1).split('\n').slice(1);
}

test('every opcode that the encoder has is printed, each by a name of its own', () => {
  const tables = [
    ['plain', OP],
    [PREFIX_SATURATING, SATURATING],
    [PREFIX_SIMD, SIMD],
    [PREFIX_ATOMIC, ATOMIC],
  ] as const;
  const names = new Set<string>();
  const lines: string[] = [];
  let count = 0;
  for (const [prefix, opcodes] of tables) {
    for (const [key, opcode] of Object.entries(opcodes)) {
      count++;
      const { name, immediates } = formOf(prefix, opcode)!;
      names.add(name);
      if (key === 'end') continue;
      const code = new Code();
      if (key === 'else') code.op(OP.i32_const).s(0).byte(OP.if).byte(VOID);
      if (prefix === 'plain') code.op(opcode);
      else code.prefixed(prefix, opcode);
      for (const immediate of immediates) WRITERS[immediate](code);
      if (immediates[0] === 'block' || key === 'else') code.byte(OP.end);
      lines.push(...linesOf(code).filter((line) => line.trim().startsWith(name)));
    }
  }
  assert.equal(names.size, count);
  assert.equal(lines.length, count - 1);
  assertGolden('src/wasm/golden/instructions.txt', `${lines.map((line) => line.trim()).join('\n')}\n`);
});

test('blocks are numbered and indented, hints are comments, calls have names', () => {
  const builder = new ModuleBuilder();
  const type = builder.type([I32], [I32]);
  const twice = builder.importFunction('js', 'twice', type);
  const code = new Code();
  const outer = code.block();
  const again = code.loop();
  code.get(0).brIf(outer, false);
  code.get(0);
  code.if(I32, true);
  code.i32(1);
  code.else();
  code.f64Bits(0, 0x7ff80000).op(OP.drop).f32Bits(0x3f800000).op(OP.drop).i32(2);
  code.end();
  code.call(twice).brTable([outer, again], outer);
  code.end().end();
  code.get(0).get(0).returnCallIndirect(type);
  builder.importTable('env', 'table', 1);
  builder.exportFunction('first', builder.function(type, [I64, I64, F32, F64, V128], code));
  builder.function(builder.type([], []), [], new Code());
  const bytes = builder.build();
  assert.ok(WebAssembly.validate(bytes));
  assert.equal(
    printModule(bytes)
      .map(({ text }) => text)
      .join('\n'),
    `(func $first (param i32) (result i32)
  (local i64 i64)
  (local f32)
  (local f64)
  (local v128)
  block $1
    loop $2
      local.get 0
      br_if $1  ;; unlikely
      local.get 0
      if $3 (result i32)  ;; likely
        i32.const 1
      else
        f64.const nan:0x8000000000000
        drop
        f32.const 1
        drop
        i32.const 2
      end
      call $js.twice
      br_table $1 $2 $1
    end
  end
  local.get 0
  local.get 0
  return_call_indirect (param i32) (result i32))

(func $2)
`,
  );
});

test('numbers are printed as they were encoded', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      assert.deepEqual(linesOf(new Code().i64(value)), [`  i64.const ${value}`]);
      const word = Number(BigInt.asIntN(32, value));
      assert.deepEqual(linesOf(new Code().i32(word)), [`  i32.const ${word}`]);
      const offset = Number(BigInt.asUintN(53, value));
      assert.deepEqual(linesOf(new Code().memory(OP.i64_load, offset, 3)), [
        `  i64.load${offset === 0 ? '' : ` offset=${offset}`}`,
      ]);
    }),
  );
});

test('what is no module is refused, wherever it is cut off', () => {
  const builder = new ModuleBuilder();
  const type = builder.type([I32], []);
  builder.importFunction('a', 'b', type);
  builder.importMemory('a', 'm', { pages: 1, width: 64 });
  builder.importTable('a', 't', 1);
  builder.exportFunction('f', builder.function(type, [I32], new Code().get(0).op(OP.drop)));
  const bytes = builder.build();
  assert.equal(printModule(bytes).length, 1);
  for (let length = 0; length < bytes.length; length++) {
    try {
      // Without its last sections it is a module still.
      assert.deepEqual(printModule(bytes.subarray(0, length)), []);
    } catch (error) {
      assert.ok(error instanceof MalformedModule, String(error));
    }
  }
});
