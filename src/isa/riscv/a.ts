import type { Builder, Operand } from '../../ir/builder.ts';
import type { Order, RmwOp } from '../../ir/node.ts';
import { insn } from './insn.ts';
import { setFlag, setW, setX, w, x } from './registers.ts';

/**
 * Atomic memory operations (Unprivileged ISA 20240411, chapter 13). Addresses must be natural. The
 * bits aq and rl are one operand.
 */
export const lrW = insn('lr.w', '00010 aqrl:2 00000 rs1:5 010 rd:5 0101111', 'lr.w{.aqrl} {rd}, ({rs1})', {
  doc: 'Load 32 bits and reserve the address.',
  lower: (g, { aqrl, rs1, rd }) => setW(g, rd, g.loadReserved('i32', x(g, rs1), { size: 4, order: orderOf(aqrl) })),
  cases: [
    { word: 0x100221af, asm: 'lr.w x3, (x4)' },
    { word: 0x140221af, asm: 'lr.w.aq x3, (x4)' },
  ],
});
export const scW = insn('sc.w', '00011 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111', 'sc.w{.aqrl} {rd}, {rs2}, ({rs1})', {
  doc: 'Store 32 bits if the reservation holds: 0, else 1.',
  lower: (g, { aqrl, rs2, rs1, rd }) =>
    setFlag(g, rd, g.storeConditional(x(g, rs1), w(g, rs2), { size: 4, order: orderOf(aqrl) })),
  cases: [{ word: 0x1a5221af, asm: 'sc.w.rl x3, x5, (x4)' }],
});
export const amoswapW = insn(
  'amoswap.w',
  '00001 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amoswap.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Swap memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'swap', o),
    cases: [{ word: 0x0e5221af, asm: 'amoswap.w.aqrl x3, x5, (x4)' }],
  },
);
export const amoaddW = insn(
  'amoadd.w',
  '00000 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amoadd.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Add to memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'add', o),
    cases: [{ word: 0x065221af, asm: 'amoadd.w.aqrl x3, x5, (x4)' }],
  },
);
export const amoxorW = insn(
  'amoxor.w',
  '00100 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amoxor.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Exclusive or into memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'xor', o),
    cases: [{ word: 0x265221af, asm: 'amoxor.w.aqrl x3, x5, (x4)' }],
  },
);
export const amoandW = insn(
  'amoand.w',
  '01100 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amoand.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'And into memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'and', o),
    cases: [{ word: 0x665221af, asm: 'amoand.w.aqrl x3, x5, (x4)' }],
  },
);
export const amoorW = insn(
  'amoor.w',
  '01000 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amoor.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Or into memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'or', o),
    cases: [{ word: 0x465221af, asm: 'amoor.w.aqrl x3, x5, (x4)' }],
  },
);
export const amominW = insn(
  'amomin.w',
  '10000 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amomin.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Signed minimum into memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'min_s', o),
    cases: [{ word: 0x865221af, asm: 'amomin.w.aqrl x3, x5, (x4)' }],
  },
);
export const amomaxW = insn(
  'amomax.w',
  '10100 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amomax.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Signed maximum into memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'max_s', o),
    cases: [{ word: 0xa65221af, asm: 'amomax.w.aqrl x3, x5, (x4)' }],
  },
);
export const amominuW = insn(
  'amominu.w',
  '11000 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amominu.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Unsigned minimum into memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'min_u', o),
    cases: [{ word: 0xc65221af, asm: 'amominu.w.aqrl x3, x5, (x4)' }],
  },
);
export const amomaxuW = insn(
  'amomaxu.w',
  '11100 aqrl:2 rs2:5 rs1:5 010 rd:5 0101111',
  'amomaxu.w{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Unsigned maximum into memory, 32 bits; gives the old value.',
    lower: (g, o) => amoW(g, 'max_u', o),
    cases: [{ word: 0xe65221af, asm: 'amomaxu.w.aqrl x3, x5, (x4)' }],
  },
);
export const lrD = insn('lr.d', '00010 aqrl:2 00000 rs1:5 011 rd:5 0101111', 'lr.d{.aqrl} {rd}, ({rs1})', {
  doc: 'Load 64 bits and reserve the address.',
  lower: (g, { aqrl, rs1, rd }) => setX(g, rd, g.loadReserved('i64', x(g, rs1), { size: 8, order: orderOf(aqrl) })),
  cases: [
    { word: 0x100231af, asm: 'lr.d x3, (x4)' },
    { word: 0x140231af, asm: 'lr.d.aq x3, (x4)' },
  ],
});
export const scD = insn('sc.d', '00011 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111', 'sc.d{.aqrl} {rd}, {rs2}, ({rs1})', {
  doc: 'Store 64 bits if the reservation holds: 0, else 1.',
  lower: (g, { aqrl, rs2, rs1, rd }) =>
    setFlag(g, rd, g.storeConditional(x(g, rs1), x(g, rs2), { size: 8, order: orderOf(aqrl) })),
  cases: [{ word: 0x1a5231af, asm: 'sc.d.rl x3, x5, (x4)' }],
});
export const amoswapD = insn(
  'amoswap.d',
  '00001 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amoswap.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Swap memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'swap', o),
    cases: [{ word: 0x0e5231af, asm: 'amoswap.d.aqrl x3, x5, (x4)' }],
  },
);
export const amoaddD = insn(
  'amoadd.d',
  '00000 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amoadd.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Add to memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'add', o),
    cases: [{ word: 0x065231af, asm: 'amoadd.d.aqrl x3, x5, (x4)' }],
  },
);
export const amoxorD = insn(
  'amoxor.d',
  '00100 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amoxor.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Exclusive or into memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'xor', o),
    cases: [{ word: 0x265231af, asm: 'amoxor.d.aqrl x3, x5, (x4)' }],
  },
);
export const amoandD = insn(
  'amoand.d',
  '01100 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amoand.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'And into memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'and', o),
    cases: [{ word: 0x665231af, asm: 'amoand.d.aqrl x3, x5, (x4)' }],
  },
);
export const amoorD = insn(
  'amoor.d',
  '01000 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amoor.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Or into memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'or', o),
    cases: [{ word: 0x465231af, asm: 'amoor.d.aqrl x3, x5, (x4)' }],
  },
);
export const amominD = insn(
  'amomin.d',
  '10000 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amomin.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Signed minimum into memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'min_s', o),
    cases: [{ word: 0x865231af, asm: 'amomin.d.aqrl x3, x5, (x4)' }],
  },
);
export const amomaxD = insn(
  'amomax.d',
  '10100 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amomax.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Signed maximum into memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'max_s', o),
    cases: [{ word: 0xa65231af, asm: 'amomax.d.aqrl x3, x5, (x4)' }],
  },
);
export const amominuD = insn(
  'amominu.d',
  '11000 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amominu.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Unsigned minimum into memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'min_u', o),
    cases: [{ word: 0xc65231af, asm: 'amominu.d.aqrl x3, x5, (x4)' }],
  },
);
export const amomaxuD = insn(
  'amomaxu.d',
  '11100 aqrl:2 rs2:5 rs1:5 011 rd:5 0101111',
  'amomaxu.d{.aqrl} {rd}, {rs2}, ({rs1})',
  {
    doc: 'Unsigned maximum into memory, 64 bits; gives the old value.',
    lower: (g, o) => amoD(g, 'max_u', o),
    cases: [{ word: 0xe65231af, asm: 'amomaxu.d.aqrl x3, x5, (x4)' }],
  },
);

type AmoOperands = Readonly<Record<'rd' | 'rs1' | 'rs2' | 'aqrl', Operand>>;

function amoW(g: Builder, op: RmwOp, { rd, rs1, rs2, aqrl }: AmoOperands): void {
  setW(g, rd, g.atomicRmw(op, x(g, rs1), w(g, rs2), { size: 4, order: orderOf(aqrl) }));
}

function amoD(g: Builder, op: RmwOp, { rd, rs1, rs2, aqrl }: AmoOperands): void {
  setX(g, rd, g.atomicRmw(op, x(g, rs1), x(g, rs2), { size: 8, order: orderOf(aqrl) }));
}

/** The order that aq (2) and rl (1) ask for; the strongest while they are not known. */
function orderOf(aqrl: Operand): Order {
  return (['relaxed', 'release', 'acquire', 'seq_cst'] as const)[aqrl.value ?? 3]!;
}
