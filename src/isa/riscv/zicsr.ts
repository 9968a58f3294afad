import type { Builder, Operand } from '../../ir/builder.ts';
import type { Node } from '../../ir/node.ts';
import { csr as accessCsr, CSR_CLEAR, CSR_NO_READ, CSR_NO_WRITE, CSR_SET, CSR_SWAP } from './helpers.ts';
import { insn } from './insn.ts';
import { setX, x } from './registers.ts';

/** Control and status registers (Unprivileged ISA 20240411, chapter 6). */
export const csrrw = insn('csrrw', 'csr:12 rs1:5 001 rd:5 1110011', 'csrrw {rd}, {csr}, {rs1}', {
  doc: 'Swap a CSR with a register; with rd=x0 the CSR is not read.',
  endsBlock: true,
  lower: (g, { csr, rs1, rd }) => access(g, csr, CSR_SWAP, rd, CSR_NO_READ, x(g, rs1), rd),
  cases: [{ word: 0x340211f3, asm: 'csrrw x3, 0x340, x4' }],
});
export const csrrs = insn('csrrs', 'csr:12 rs1:5 010 rd:5 1110011', 'csrrs {rd}, {csr}, {rs1}', {
  doc: 'Read a CSR and set the bits of a register; with rs1=x0 nothing is written.',
  endsBlock: true,
  lower: (g, { csr, rs1, rd }) => access(g, csr, CSR_SET, rs1, CSR_NO_WRITE, x(g, rs1), rd),
  cases: [{ word: 0xc00021f3, asm: 'csrrs x3, 0xc00, x0' }],
});
export const csrrc = insn('csrrc', 'csr:12 rs1:5 011 rd:5 1110011', 'csrrc {rd}, {csr}, {rs1}', {
  doc: 'Read a CSR and clear the bits of a register; with rs1=x0 nothing is written.',
  endsBlock: true,
  lower: (g, { csr, rs1, rd }) => access(g, csr, CSR_CLEAR, rs1, CSR_NO_WRITE, x(g, rs1), rd),
  cases: [{ word: 0x300231f3, asm: 'csrrc x3, 0x300, x4' }],
});
export const csrrwi = insn('csrrwi', 'csr:12 uimm:5 101 rd:5 1110011', 'csrrwi {rd}, {csr}, {uimm}', {
  doc: 'Read a CSR and write a 5-bit immediate; with rd=x0 the CSR is not read.',
  endsBlock: true,
  lower: (g, { csr, uimm, rd }) => access(g, csr, CSR_SWAP, rd, CSR_NO_READ, g.imm(uimm), rd),
  cases: [{ word: 0x0021d073, asm: 'csrrwi x0, 0x2, 3' }],
});
export const csrrsi = insn('csrrsi', 'csr:12 uimm:5 110 rd:5 1110011', 'csrrsi {rd}, {csr}, {uimm}', {
  doc: 'Read a CSR and set bits of a 5-bit immediate; with 0 nothing is written.',
  endsBlock: true,
  lower: (g, { csr, uimm, rd }) => access(g, csr, CSR_SET, uimm, CSR_NO_WRITE, g.imm(uimm), rd),
  cases: [{ word: 0x300461f3, asm: 'csrrsi x3, 0x300, 8' }],
});
export const csrrci = insn('csrrci', 'csr:12 uimm:5 111 rd:5 1110011', 'csrrci {rd}, {csr}, {uimm}', {
  doc: 'Read a CSR and clear bits of a 5-bit immediate; with 0 nothing is written.',
  endsBlock: true,
  lower: (g, { csr, uimm, rd }) => access(g, csr, CSR_CLEAR, uimm, CSR_NO_WRITE, g.imm(uimm), rd),
  cases: [{ word: 0x300471f3, asm: 'csrrci x3, 0x300, 8' }],
});

/**
 * `bit` joins the kind of access if the operand `decides` is 0; in a template the destination x0 is
 * its sink, number 32.
 */
function access(
  g: Builder,
  number: Operand,
  kind: number,
  decides: Operand,
  bit: number,
  source: Node,
  rd: Operand,
): void {
  const operation =
    decides.value === undefined
      ? g.select(g.eq(g.and(g.imm(decides, 'i32'), g.i32(31)), g.i32(0)), g.i32(kind | bit), g.i32(kind))
      : g.i32(decides.value === 0 ? kind | bit : kind);
  setX(g, rd, g.call(accessCsr, operation, g.imm(number, 'i32'), source));
  // What is only read changes neither mode nor interrupts.
  if (bit !== CSR_NO_WRITE || decides.value !== 0) g.exit();
}
