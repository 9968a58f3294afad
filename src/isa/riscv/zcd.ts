import { fld, fsd } from './d.ts';
import { compressed } from './insn.ts';

/** The 16-bit loads and stores of doubles (Unprivileged ISA 20240411, chapter 27; they are Zcd). */
export const cFld = compressed('c.fld', "001 imm:[5:3] rs1':3 imm:[7:6] fd':3 00", 'c.fld {fd}, {imm}({rs1})', {
  doc: 'Load a double.',
  expands: fld,
  with: { fd: 'fd', rs1: 'rs1', imm: 'imm' },
  cases: [{ word: 0x3ce0, asm: 'c.fld f8, 248(x9)' }],
});
export const cFsd = compressed('c.fsd', "101 imm:[5:3] rs1':3 imm:[7:6] fs2':3 00", 'c.fsd {fs2}, {imm}({rs1})', {
  doc: 'Store a double.',
  expands: fsd,
  with: { fs2: 'fs2', rs1: 'rs1', imm: 'imm' },
  cases: [{ word: 0xbce0, asm: 'c.fsd f8, 248(x9)' }],
});
export const cFldsp = compressed('c.fldsp', '001 imm:[5] fd:5 imm:[4:3|8:6] 10', 'c.fldsp {fd}, {imm}(x2)', {
  doc: 'Load a double from the stack.',
  expands: fld,
  with: { fd: 'fd', rs1: 2, imm: 'imm' },
  cases: [{ word: 0x30fe, asm: 'c.fldsp f1, 504(x2)' }],
});
export const cFsdsp = compressed('c.fsdsp', '101 imm:[5:3|8:6] fs2:5 10', 'c.fsdsp {fs2}, {imm}(x2)', {
  doc: 'Store a double to the stack.',
  expands: fsd,
  with: { fs2: 'fs2', rs1: 2, imm: 'imm' },
  cases: [{ word: 0xbf86, asm: 'c.fsdsp f1, 504(x2)' }],
});
