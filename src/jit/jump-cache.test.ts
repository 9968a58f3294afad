import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Arena } from '../mem/arena.ts';
import { Code } from '../wasm/code.ts';
import { ModuleBuilder } from '../wasm/module.ts';
import { I32, I64 } from '../wasm/opcodes.ts';
import { fillJump, JumpCache, jumpSlot, probeJump } from './jump-cache.ts';
import { addressType } from './runtime-imports.ts';

interface Emitted {
  fill(cpu: number | bigint, pc: bigint, slot: number): void;
  /** The slot, or -1. */
  find(cpu: number | bigint, pc: bigint): number;
}

/** Emitted code for a cache that lies behind the CPU's state, and the cache. */
function rig(width: 32 | 64): { cache: JumpCache; emitted: Emitted; cpu: number | bigint } {
  const arena = new Arena(width === 64 ? 2 ** 32 : 1 << 20);
  assert.equal(arena.width, width);
  const state = arena.allocate(4096, 4096);
  const cache = new JumpCache(arena);
  cache.clear();
  const builder = new ModuleBuilder();
  const address = addressType(width);
  builder.importMemory('env', 'memory', { pages: arena.limit / 0x10000, width });
  const jump = { code: new Code(), width, distance: cache.address - state, pc: 1 };
  const fill = { ...jump, code: new Code(), entry: 3 };
  probeJump(fill);
  fill.code.if();
  fill.code.end();
  fillJump(fill, 2);
  builder.exportFunction('fill', builder.function(builder.type([address, I64, I32], []), [address], fill.code));
  const find = { ...jump, entry: 2 };
  probeJump(find);
  find.code.if(I32);
  jumpSlot(find);
  find.code.else();
  find.code.i32(-1).end();
  builder.exportFunction('find', builder.function(builder.type([address, I64], [I32]), [address], find.code));
  const module = new WebAssembly.Module(builder.build());
  const { exports } = new WebAssembly.Instance(module, { env: { memory: arena.memory } });
  return { cache, emitted: exports as unknown as Emitted, cpu: width === 64 ? BigInt(state) : state };
}

for (const width of [32, 64] as const) {
  test(`what emitted code enters is found by its whole address, and dropped by its range, ${width} bits`, () => {
    const { cache, emitted, cpu } = rig(width);
    const starts = [0, 0x1_0000, 0x40_2000, 0x7fff_e000, 0xffff_e000];
    for (const start of starts) {
      for (let i = 0; i < 4096; i += 2) emitted.fill(cpu, BigInt(start + i), start / 4096 + i);
      for (let i = 0; i < 4096; i += 2) {
        assert.equal(emitted.find(cpu, BigInt(start + i)), start / 4096 + i);
        // Neither what has the same place in the cache nor what has the same low half.
        assert.equal(emitted.find(cpu, BigInt(start + i) ^ 0x8002n), -1);
        assert.equal(emitted.find(cpu, BigInt(start + i) + (1n << 32n)), -1);
      }
      const before = [...cache.entries()].length;
      assert.ok(before >= 2048);
      cache.drop(start + 0x100, start + 0x180);
      assert.equal([...cache.entries()].length, before - 0x40);
      for (let i = 0; i < 4096; i += 2) {
        const isDropped = i >= 0x100 && i < 0x180;
        assert.equal(emitted.find(cpu, BigInt(start + i)), isDropped ? -1 : start / 4096 + i);
      }
      // Where nothing is entered, and where something else is.
      cache.drop(start + 0x100, start + 0x180);
      cache.drop((start ^ 0x8000) >>> 0, ((start ^ 0x8000) >>> 0) + 4096);
      assert.equal([...cache.entries()].length, before - 0x40);
    }
    cache.clear();
    assert.deepEqual([...cache.entries()], []);
    for (const start of starts) assert.equal(emitted.find(cpu, BigInt(start)), -1);
  });
}

test('an address beyond 32 bits is never found, and neither is what no entry has', () => {
  const { emitted, cpu } = rig(32);
  for (const pc of [-1n, 0n, 0xffff_fffen, -2n]) assert.equal(emitted.find(cpu, pc), -1);
});
