import type { Builder, Operand } from '../../../ir/builder.ts';
import type { Node } from '../../../ir/node.ts';
import { raiseMisalignedFetch } from '../helpers.ts';
import { insn } from '../insn.ts';
import { setX, x } from '../registers.ts';

/**
 * Jumps and branches (Unprivileged ISA 20240411, 2.5). On a hart without 16-bit encodings
 * (`ialign` 32, section 1.5) one that is taken to an address that is no multiple of 4 raises
 * instruction address misaligned.
 */

/** x1 and x5 are link registers by convention (table 3 there): hints for a return-address stack. */
const isLink = ({ value }: Operand): boolean => value === 1 || value === 5;

export function jumps(ialign: 16 | 32) {
  const raise = (g: Builder, condition: Node, target: Node): void => {
    g.if(condition);
    g.call(raiseMisalignedFetch, target);
    g.end();
  };
  const alignedTarget = (g: Builder, target: Node): void => {
    if (ialign === 32) raise(g, g.trunc(g.and(target, g.i64(2))), target);
  };
  /** Distances are even, and this instruction is at a multiple of 4: bit 1 decides. */
  const isOffByTwo = (g: Builder, imm: Operand): Node => g.extractU(g.imm(imm, 'i32'), 1, 1);
  const alignedJump = (g: Builder, imm: Operand): void => {
    if (ialign === 32) raise(g, isOffByTwo(g, imm), g.pc(imm));
  };
  const branchIf = (g: Builder, condition: Node, imm: Operand): void => {
    if (ialign === 32) raise(g, g.and(condition, isOffByTwo(g, imm)), g.pc(imm));
    g.branch(condition, imm);
  };
  return {
    jal: insn('jal', 'imm:s[20|10:1|11|19:12] rd:5 1101111', 'jal {rd}, {pc+imm}', {
      doc: 'Jump, leaving the address of the next instruction in a register.',
      endsBlock: true,
      lower: (g, { rd, imm }) => {
        alignedJump(g, imm);
        setX(g, rd, g.nextPc());
        g.jump(imm, isLink(rd) ? 'call' : 'plain');
      },
      cases: [{ word: 0x001000ef, asm: 'jal x1, 0x800' }],
    }),
    jalr: insn('jalr', 'imm:s12 rs1:5 000 rd:5 1100111', 'jalr {rd}, {imm}({rs1})', {
      doc: 'Jump to a register plus an immediate, bit 0 cleared, leaving the address of the next instruction.',
      endsBlock: true,
      lower: (g, { rd, rs1, imm }) => {
        const target = g.and(g.add(x(g, rs1), g.imm(imm)), g.i64(-2));
        alignedTarget(g, target);
        setX(g, rd, g.nextPc());
        g.jumpReg(target, isLink(rd) ? 'call' : rd.value === 0 && isLink(rs1) ? 'return' : 'plain');
      },
      cases: [{ word: 0xffc280e7, asm: 'jalr x1, -4(x5)' }],
    }),
    beq: insn('beq', 'imm:s[12|10:5] rs2:5 rs1:5 000 imm:s[4:1|11] 1100011', 'beq {rs1}, {rs2}, {pc+imm}', {
      doc: 'Branch if equal.',
      lower: (g, { rs1, rs2, imm }) => branchIf(g, g.eq(x(g, rs1), x(g, rs2)), imm),
      cases: [{ word: 0x04418063, asm: 'beq x3, x4, 0x40' }],
    }),
    bne: insn('bne', 'imm:s[12|10:5] rs2:5 rs1:5 001 imm:s[4:1|11] 1100011', 'bne {rs1}, {rs2}, {pc+imm}', {
      doc: 'Branch if different.',
      lower: (g, { rs1, rs2, imm }) => branchIf(g, g.ne(x(g, rs1), x(g, rs2)), imm),
      cases: [{ word: 0x04419063, asm: 'bne x3, x4, 0x40' }],
    }),
    blt: insn('blt', 'imm:s[12|10:5] rs2:5 rs1:5 100 imm:s[4:1|11] 1100011', 'blt {rs1}, {rs2}, {pc+imm}', {
      doc: 'Branch if less, signed.',
      lower: (g, { rs1, rs2, imm }) => branchIf(g, g.ltS(x(g, rs1), x(g, rs2)), imm),
      cases: [{ word: 0x0441c063, asm: 'blt x3, x4, 0x40' }],
    }),
    bge: insn('bge', 'imm:s[12|10:5] rs2:5 rs1:5 101 imm:s[4:1|11] 1100011', 'bge {rs1}, {rs2}, {pc+imm}', {
      doc: 'Branch if not less, signed.',
      lower: (g, { rs1, rs2, imm }) => branchIf(g, g.leS(x(g, rs2), x(g, rs1)), imm),
      cases: [{ word: 0x0441d063, asm: 'bge x3, x4, 0x40' }],
    }),
    bltu: insn('bltu', 'imm:s[12|10:5] rs2:5 rs1:5 110 imm:s[4:1|11] 1100011', 'bltu {rs1}, {rs2}, {pc+imm}', {
      doc: 'Branch if less, unsigned.',
      lower: (g, { rs1, rs2, imm }) => branchIf(g, g.ltU(x(g, rs1), x(g, rs2)), imm),
      cases: [{ word: 0x0441e063, asm: 'bltu x3, x4, 0x40' }],
    }),
    bgeu: insn('bgeu', 'imm:s[12|10:5] rs2:5 rs1:5 111 imm:s[4:1|11] 1100011', 'bgeu {rs1}, {rs2}, {pc+imm}', {
      doc: 'Branch if not less, unsigned.',
      lower: (g, { rs1, rs2, imm }) => branchIf(g, g.leU(x(g, rs2), x(g, rs1)), imm),
      cases: [{ word: 0x0441f063, asm: 'bgeu x3, x4, 0x40' }],
    }),
  };
}

/** Those of a hart with 16-bit encodings, which expand to them. */
export const JUMPS = jumps(16);
