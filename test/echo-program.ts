/** A program that echoes what is typed, by interrupts, and writes down when it came; `q` switches the machine off. */
import { Assembler } from './translator/assembler.ts';

const RAM = 0x8000_0000;
/** Where it writes: a row of 16 bytes, instret and the character, for each. */
export const LOG = RAM + 0x10_0000;
/** Where a store is, and what it stores to: the number of characters so far. */
export const COUNTER = RAM + 0x20_0000;
const UART = 0x1000_0000;
const PLIC = 0xc00_0000;
const CLAIM = PLIC + 0x20_0004;
const FINISHER = 0x10_0000;
const MTIMECMP = 0x200_4000;
const MTIME = 0x200_bff8;
const HANDLER = RAM + 0x400;
const [A0, A1, T0, T1, T2, S0, S1, S2] = [10, 11, 5, 6, 7, 8, 9, 18] as const;

/** `spins`: it computes in between, or else waits. */
export function echoProgram(spins: boolean): { readonly bytes: Uint8Array; readonly store: number } {
  const asm = new Assembler(RAM);
  asm.li(T0, HANDLER).csrw(0x305, T0).li(T0, 0x880).csrw(0x304, T0).li(S0, LOG).li(S1, COUNTER).li(A0, UART);
  asm
    .li(T0, PLIC + 40)
    .li(T1, 1)
    .op('sw', { rs1: T0, rs2: T1 });
  asm
    .li(T0, PLIC + 0x2000)
    .li(T1, 1 << 10)
    .op('sw', { rs1: T0, rs2: T1 });
  asm.li(T1, 1).op('sb', { rs1: A0, rs2: T1, imm: 1 });
  asm.li(T0, MTIMECMP).li(T1, 1000).op('sd', { rs1: T0, rs2: T1 }).op('csrrsi', { csr: 0x300, uimm: 8 });
  asm.label('loop').op('addi', { rd: S2, rs1: S2, imm: 1 });
  if (!spins) asm.op('wfi');
  asm.j('loop').at(HANDLER);
  asm.csrr(T0, 0x342).op('andi', { rd: T0, rs1: T0, imm: 15 }).op('addi', { rd: T0, rs1: T0, imm: -7 });
  asm.op('bne', { rs1: T0, rs2: 0, imm: 'typed' });
  asm.li(T0, MTIME).op('ld', { rd: T1, rs1: T0 }).li(T2, 10_000).op('add', { rd: T1, rs1: T1, rs2: T2 });
  asm.li(T0, MTIMECMP).op('sd', { rs1: T0, rs2: T1 }).op('mret');
  asm.label('typed').li(T2, CLAIM).op('lwu', { rd: T1, rs1: T2 });
  asm.label('more').op('lbu', { rd: T0, rs1: A0, imm: 5 }).op('andi', { rd: T0, rs1: T0, imm: 1 });
  asm.op('beq', { rs1: T0, rs2: 0, imm: 'done' }).op('lbu', { rd: A1, rs1: A0 }).op('sb', { rs1: A0, rs2: A1 });
  asm.csrr(T0, 0xb02).op('sd', { rs1: S0, rs2: T0 }).op('sd', { rs1: S0, rs2: A1, imm: 8 });
  asm.op('addi', { rd: S0, rs1: S0, imm: 16 }).op('ld', { rd: T0, rs1: S1 }).op('addi', { rd: T0, rs1: T0, imm: 1 });
  asm.label('store').op('sd', { rs1: S1, rs2: T0 });
  asm.op('addi', { rd: T0, rs1: A1, imm: -0x71 }).op('bne', { rs1: T0, rs2: 0, imm: 'more' });
  asm.li(T0, FINISHER).li(T1, 0x5555).op('sw', { rs1: T0, rs2: T1 }).label('end').op('wfi').j('end');
  asm.label('done').op('sw', { rs1: T2, rs2: T1 }).op('mret');
  const bytes = asm.finish();
  return { bytes, store: asm.addressOf('store') };
}
