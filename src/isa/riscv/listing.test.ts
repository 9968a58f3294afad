import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFeatures } from './features.ts';
import { createRiscv } from './guest.ts';

const guest = createRiscv(parseFeatures('rv64'));

test('a listing has columns, ABI names, and the addresses that are meant', () => {
  const cases: readonly (readonly [word: number, pc: bigint, text: string])[] = [
    [0xfe051ee3, 0x80000008n, 'bne                     a0,zero,-4              # 0x80000004'],
    [0x00000297, 0x1000n, 'auipc                   t0,0                    # 0x1000'],
    [0xfffff297, 0n, 'auipc                   t0,-4096                # 0xfffffffffffff000'],
    [0x001002b7, 0n, 'lui                     t0,1048576'],
    [0x0062a023, 0n, 'sw                      t1,0(t0)'],
    [0x30531073, 0n, 'csrrw                   zero,mtvec,t1'],
    [0x7c001073, 0n, 'csrrw                   zero,0x7c0,zero'],
    [0x01f59593, 0n, 'slli                    a1,a1,31'],
    [0x02b57553, 0n, 'fadd.d                  fa0,fa0,fa1'],
    [0x1141, 0n, 'addi                    sp,sp,-16'],
    [0xa001, 0x80000034n, 'jal                     zero,0                  # 0x80000034'],
    [0x00000073, 0n, 'ecall'],
    [0x0000, 0n, 'illegal'],
  ];
  for (const [word, pc, text] of cases) assert.equal(guest.listing(word | 0, pc), text);
});
