/**
 * Host calls and signals on aarch64. Called by AAPCS64; Linux takes a call's number in x8, arguments in x0 to x5, and
 * spoils x0 only. Offsets off x9 are the window's (window.ts), off x2 the ucontext's: uc_stack 16, uc_sigmask 40, pc 440.
 */
import { assemble, type MachineCode } from './machine-code.ts';

export const AARCH64_TABLE = `
  call:
    9e790009             ; fcvtzu x9, d0
    f9400128             ; ldr x8, [x9]
    a9408520             ; ldp x0, x1, [x9, #8]
    a9418d22             ; ldp x2, x3, [x9, #24]
    a9429524             ; ldp x4, x5, [x9, #40]
    d4000001             ; svc #0
    f9001d20             ; str x0, [x9, #56]
    d65f03c0             ; ret
  blocking:
    9e790009             ; fcvtzu x9, d0
    f9400128             ; ldr x8, [x9]
    a9408520             ; ldp x0, x1, [x9, #8]
    a9418d22             ; ldp x2, x3, [x9, #24]
    a9429524             ; ldp x4, x5, [x9, #40]
  look:
    b940412a             ; ldr w10, [x9, #64]
    3500000a @before     ; cbnz w10, before
    d4000001             ; svc #0
  after:
    f9001d20             ; str x0, [x9, #56]
    d65f03c0             ; ret
  before:
    92803fe0             ; mov x0, #-512
    14000000 @after      ; b after
  handler:
    f9400849             ; ldr x9, [x2, #16]
    b4000009 @stray      ; cbz x9, stray
    f9400129             ; ldr x9, [x9]
    5280004a             ; mov w10, #2
    7101001f             ; cmp w0, #64
    54000000 @raise      ; b.eq raise
    b9004520             ; str w0, [x9, #68]
    f940144b             ; ldr x11, [x2, #40]
    f900312b             ; str x11, [x9, #96]
    f9402d2c             ; ldr x12, [x9, #88]
    aa0c016b             ; orr x11, x11, x12
    f900144b             ; str x11, [x2, #40]
    9102012c             ; add x12, x9, #128
    5280010d             ; mov w13, #8
  copy:
    a8c13c2e             ; ldp x14, x15, [x1], #16
    a8813d8e             ; stp x14, x15, [x12], #16
    710005ad             ; subs w13, w13, #1
    54000001 @copy       ; b.ne copy
    5280002a             ; mov w10, #1
  raise:
    9101012c             ; add x12, x9, #64
  again:
    885ffd8b             ; ldaxr w11, [x12]
    2a0a016b             ; orr w11, w11, w10
    880dfd8b             ; stlxr w13, w11, [x12]
    3500000d @again      ; cbnz w13, again
    f940252c             ; ldr x12, [x9, #72]
    b400000c @range      ; cbz x12, range
    b940512a             ; ldr w10, [x9, #80]
  again_exit:
    885ffd8b             ; ldaxr w11, [x12]
    2a0a016b             ; orr w11, w11, w10
    880dfd8b             ; stlxr w13, w11, [x12]
    3500000d @again_exit ; cbnz w13, again_exit
  range:
    f940dc4b             ; ldr x11, [x2, #440]
    1000000c @look       ; adr x12, look
    eb0c017f             ; cmp x11, x12
    54000003 @done       ; b.lo done
    1000000c @after      ; adr x12, after
    eb0c017f             ; cmp x11, x12
    54000002 @done       ; b.hs done
    1000000c @before     ; adr x12, before
    f900dc4c             ; str x12, [x2, #440]
  done:
    d65f03c0             ; ret
  stray:
    d29f40e9             ; mov x9, #0xfa07
    f2afff69             ; movk x9, #0x7ffb, lsl #16
    f2dfffc9             ; movk x9, #0xfffe, lsl #32
    f2ffffe9             ; movk x9, #0xffff, lsl #48
    f940144a             ; ldr x10, [x2, #40]
    aa09014a             ; orr x10, x10, x9
    f900144a             ; str x10, [x2, #40]
    7101001f             ; cmp w0, #64
    54000000 @done       ; b.eq done
    2a0003e9             ; mov w9, w0
    aa0103e3             ; mov x3, x1
    52801588             ; mov w8, #172
    d4000001             ; svc #0
    2a0003e1             ; mov w1, w0
    2a0903e2             ; mov w2, w9
    52801e08             ; mov w8, #240
    d4000001             ; svc #0
    d65f03c0             ; ret
`;

export const aarch64Code = (): MachineCode => assemble(AARCH64_TABLE);
